"""What the UI shows of outputs, apart from the server: keys, rows, words."""

import re
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.artifacts import artifact_key, parquet_rows, version_row
from flows.graph import Version


@given(st.text(min_size=1))
def test_key_has_only_what_prefect_allows(stage: str) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", artifact_key("outs", stage))


@pytest.mark.parametrize(
    ("stage", "key"),
    [
        pytest.param("relate", "outs-relate", id="plain"),
        pytest.param("ingest@Toy_Room", "outs-ingest-toy-room", id="foreach"),
        pytest.param("sub/dvc.yaml:make", "outs-sub-dvc-yaml-make", id="sub-folder"),
    ],
)
def test_key_is_readable(stage: str, key: str) -> None:
    assert artifact_key("outs", stage) == key


def test_rows_are_counted_by_table_over_all_shards(tmp_path: Path) -> None:
    for name, rows in {"fact-000": 3, "fact-001": 4, "scene-000": 1, "deep/fact-002": 5}.items():
        path = tmp_path / "out" / f"{name}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.table({"x": list(range(rows))}), path)
    (tmp_path / "out/broken-000.parquet").write_bytes(b"no parquet")
    (tmp_path / "out/notes.txt").write_text("text")
    assert parquet_rows(tmp_path / "out") == {"fact": 12, "scene": 1}
    assert parquet_rows(tmp_path / "out/fact-001.parquet") == {"fact": 4}
    assert version_row(tmp_path, Version("out", "ab.dir", 10, 6)) == {
        "path": "out",
        "md5": "ab.dir",
        "size": 10,
        "nfiles": 6,
        "rows": "fact 12, scene 1",
    }


@pytest.mark.parametrize("name", [pytest.param("report.json", id="other-file"), pytest.param("gone", id="missing")])
def test_other_outputs_have_no_rows(tmp_path: Path, name: str) -> None:
    (tmp_path / "report.json").write_text("{}")
    assert parquet_rows(tmp_path / name) == {}
    assert version_row(tmp_path, Version(name, None, None, None))["nfiles"] == 1
