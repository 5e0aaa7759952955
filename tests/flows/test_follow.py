"""Following a stage: log lines, progress, report."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.follow import EventReader, GrowingFile, LogForwarder, report_line


def test_growing_file_gives_whole_lines_once(tmp_path: Path) -> None:
    path = tmp_path / "log"
    file = GrowingFile(path)
    assert file.new_lines() == []
    seen = []
    for text in ("one\ntw", "o\n", "", "bar 1 %\rbar 2 %\r\n\n", "caf", b"\xc3", b"\xa9 \xff last"):
        with path.open("ab") as out:
            out.write(text if isinstance(text, bytes) else text.encode())
        seen.append(file.new_lines())
    assert seen == [["one"], ["two"], [], ["bar 1 %", "bar 2 %"], [], [], []]
    assert file.new_lines(ended=True) == ["caf\u00e9 \ufffd last"]
    assert file.new_lines(ended=True) == []


@given(
    st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zs", "Zl", "Zp"]), min_size=1)), st.data()
)
def test_growing_file_loses_nothing_however_it_grows(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("grow") / "log"
    content = "".join(f"{line}\n" for line in lines).encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(content)), max_size=4)))
    file, seen = GrowingFile(path), []
    for start, end in zip([0, *cuts], [*cuts, len(content)], strict=True):
        with path.open("ab") as out:
            out.write(content[start:end])
        seen += file.new_lines()
    assert seen + file.new_lines(ended=True) == lines


def test_forwarder_stops_at_its_cap_and_says_so_once() -> None:
    passed: list[str] = []
    forwarder = LogForwarder(passed.append, Path("run/x.log"))
    for _ in range(3):
        forwarder.take([f"line {k}" for k in range(900)])
    forwarder.take(["more"])
    assert len(passed) == LogForwarder.MAX_LINES + 1
    assert passed[-1] == "More than 2,000 lines; the others are in run/x.log"
    assert passed[-2] == "line 199"


def test_forwarder_cuts_endless_lines() -> None:
    passed: list[str] = []
    LogForwarder(passed.append, Path("x")).take(["x" * 1_000_000])
    assert [len(line) for line in passed] == [LogForwarder.MAX_CHARACTERS]


def progress(done: float, total: float, **more: object) -> str:
    return json.dumps({"event": "progress", "done": done, "total": total, **more})


def test_progress_moves_at_most_once_a_second_and_ends_at_its_last_value() -> None:
    now_s = 0.0
    shown: list[tuple[float, str]] = []
    reader = EventReader(lambda percent, what: shown.append((percent, what)), clock_s=lambda: now_s)
    for done in range(1, 41):
        reader.take([progress(done, 40, what="shards")])
        now_s += 0.125  # exact in binary
    reader.take([], ended=True)
    reader.take([], ended=True)
    assert shown == [
        (2.5, "1 of 40 shards"),
        (22.5, "9 of 40 shards"),
        (42.5, "17 of 40 shards"),
        (62.5, "25 of 40 shards"),
        (82.5, "33 of 40 shards"),
        (100.0, "40 of 40 shards"),
    ]


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("", id="empty"),
        pytest.param("{", id="no-json"),
        pytest.param("[1, 2]", id="list"),
        pytest.param("null", id="null"),
        pytest.param('{"event": "weather"}', id="unknown-event"),
        pytest.param('{"event": "progress"}', id="no-numbers"),
        pytest.param('{"event": "progress", "done": "3", "total": 4}', id="text-for-a-number"),
        pytest.param('{"event": "progress", "done": 3, "total": 0}', id="total-zero"),
        pytest.param('{"event": "progress", "done": 3, "total": -2}', id="total-negative"),
    ],
)
def test_bad_event_is_passed_over(line: str) -> None:
    shown: list[float] = []
    reader = EventReader(lambda percent, _: shown.append(percent))
    reader.take([line, progress(1, 4)], ended=True)
    assert shown == [25.0]
    assert reader.report is None


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(min_value=1e-6, allow_infinity=False))
def test_percent_stays_between_0_and_100(done: float, total: float) -> None:
    shown: list[float] = []
    EventReader(lambda percent, _: shown.append(percent)).take([progress(done, total)])
    assert 0 <= shown[0] <= 100


def test_last_report_counts() -> None:
    reader = EventReader(lambda *_: None)
    reader.take(['{"event": "report", "read": {"scene": 1}}', '{"event": "report", "read": {"scene": 2}}'])
    assert reader.report == {"read": {"scene": 2}}


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        pytest.param(
            {"read": {"scene": 12000}, "kept": {"fact": 3}, "dropped": {}, "seconds": 1.26, "peak_mib": 300},
            "read scene 12,000; kept fact 3; 1.3 s; peak 300 MiB",
            id="full",
        ),
        pytest.param(
            {"dropped": {"box.too_small": 2, "box.hidden": 1}}, "dropped box.too_small 2, box.hidden 1", id="drops"
        ),
        pytest.param({"read": "odd", "seconds": None}, "read odd", id="odd-types"),
        pytest.param({}, "an empty report", id="empty"),
    ],
)
def test_report_in_one_line(report: dict[str, object], expected: str) -> None:
    assert report_line(report) == expected
