"""The outcome of a build as a table."""

from pathlib import Path

from flows.summary import Row, as_text, count_line, read_rows, write_rows

ROWS = [
    Row("load", "Cached", None, "data/scenes 1234567"),
    Row("relate@toy", "Completed", 12.34, "data/facts abcdefg", "ran", {"read": {"scene": 2}}),
    Row("dedup", "Restored", 0.5, "data/unique 7654321"),
    Row("split", "Failed", 3.0, "", "Stage split failed.\nrerun by hand: dvc repro split"),
    Row("export", "NotReady", None, "", "Upstream did not end well"),
]


def test_table_names_outcomes_and_ends_with_what_failed() -> None:
    assert as_text(ROWS).splitlines() == [
        "stage       outcome   seconds  outputs",
        "load        cached             data/scenes 1234567",
        "relate@toy  ran          12.3  data/facts abcdefg",
        "dedup       restored      0.5  data/unique 7654321",
        "split       failed        3.0",
        "export      not run",
        "",
        "Stage split failed.",
        "rerun by hand: dvc repro split",
    ]


def test_counts() -> None:
    assert count_line(ROWS) == "1 cached, 1 failed, 1 not run, 1 ran, 1 restored"
    assert count_line([]) == "no stages"


def test_rows_survive_their_file(tmp_path: Path) -> None:
    assert read_rows(tmp_path) == []
    write_rows(tmp_path, ROWS)
    assert read_rows(tmp_path) == ROWS
