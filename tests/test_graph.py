"""dvc.yaml and the code agree: dependencies, params, names; every plug-in file has a row and every row a file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from stages.annotators import ANNOTATORS
from stages.check_params import SECTIONS, check
from stages.exporters import EXPORTERS
from stages.models import MODELS
from stages.params import read_params
from stages.registry import resolve
from stages.relations import PAIR_RELATIONS
from stages.sources import SOURCES
from stages.tasks import TASKS
from tests.import_closure import PER_ROW, ROOT, code_deps

GRAPH: dict[str, Any] = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]
TABLES = {
    "sources": SOURCES, "annotators": ANNOTATORS, "relations": PAIR_RELATIONS, "tasks": TASKS, "models": MODELS,
    "exporters": EXPORTERS,
}  # fmt: skip


def body(stage: str) -> dict[str, Any]:
    block: dict[str, Any] = GRAPH[stage]
    result: dict[str, Any] = block.get("do", block)
    return result


@pytest.mark.parametrize("stage", GRAPH)
def test_code_dependencies_equal_the_import_closure(stage: str) -> None:
    named = sorted(dep for dep in body(stage)["deps"] if dep.startswith("stages/"))
    assert named == code_deps(stage), "run `python tests/import_closure.py --write`"


@pytest.mark.parametrize("stage", GRAPH)
def test_stage_module_command_and_report_share_a_name(stage: str) -> None:
    assert (ROOT / "stages" / f"{stage}.py").is_file()
    assert body(stage)["cmd"].split()[:3] == ["python", "-m", f"stages.{stage}"]
    report = f"data/reports/{stage}{'@${key}' if 'foreach' in GRAPH[stage] else ''}.json"
    assert body(stage)["metrics"] == [report]
    assert body(stage)["desc"].endswith(".")


@pytest.mark.parametrize("stage", GRAPH)
def test_params_name_the_stage_s_own_section(stage: str) -> None:
    assert {"seed", stage} <= set(body(stage)["params"])
    for name in body(stage)["params"]:
        assert name.split(".")[0] in {*SECTIONS, "seed", "sources", "models"}


@pytest.mark.parametrize("stage", PER_ROW)
def test_rows_are_named_after_their_code(stage: str) -> None:
    """`${item.reader}` in dvc.yaml names a row; its code must lie where that name says."""
    row = PER_ROW[stage]
    table = TABLES[Path(row.package).name]
    for name in table:
        path = ROOT / re.sub(r"\$\{item\.\w+\}", name, row.dep)
        assert path.is_dir() or path.is_file(), path


@pytest.mark.parametrize(("package", "name"), [(p, n) for p, table in TABLES.items() for n in table])
def test_every_row_can_be_imported(package: str, name: str) -> None:
    assert resolve(TABLES[package], name, package) is not None


@pytest.mark.parametrize("package", TABLES)
def test_every_plugin_file_is_named_by_a_row_or_imported(package: str) -> None:
    """A plug-in that nobody can name is dead code."""
    rows = " ".join(TABLES[package].values())
    code = [p for folder in ("stages", "tests") for p in (ROOT / folder).rglob("*.py")]
    for path in (ROOT / "stages" / package).glob("*"):
        if path.stem == "__init__" or not (path.suffix == ".py" or (path / "__init__.py").is_file()):
            continue
        module = f"stages.{package}.{path.stem}"
        assert f"{module}:" in rows or any(module in p.read_text() for p in code if p != path), module


def test_the_shipped_params_are_valid() -> None:
    assert list(check(read_params(ROOT / "params.yaml"))) == []


def test_outputs_are_the_inputs_of_later_stages() -> None:
    read = {dep for stage in GRAPH for dep in body(stage)["deps"] if dep.startswith("data/")}
    final = {"data/export", "data/audit"}
    for stage in GRAPH:
        for out in body(stage)["outs"]:
            base = out.split("/${key}")[0]
            assert base in final or out in read or base in read or base == "data/replies", out
