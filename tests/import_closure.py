"""The code each stage of dvc.yaml can reach, found by following imports in the syntax tree.

A stage whose `deps` miss a shared module would stay "unchanged" after that module changes, so `tests/test_graph.py`
compares the two. `python tests/import_closure.py --write` brings the lists in dvc.yaml up to date.

Rules: `import` and `from` anywhere in a file count, packages bring their `__init__.py`; strings such as
`stages.models.oracle:Oracle` in a table count as imports; a stage repeated over the rows of a plug-in table
(`foreach`) depends on its own row by name, `${item.reader}`, and on whatever any row shares. YAML files beside a
reached module are data it reads.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ruamel.yaml import YAML

ROOT = Path(__file__).parents[1]
_ROW = re.compile(r"^(stages(?:\.\w+)+):\w+$")


@dataclass(frozen=True)
class PerRow:
    """A plug-in table of which a repeated stage uses one row: its package, and how dvc.yaml names that row's code."""

    package: str
    dep: str


PER_ROW = {
    "ingest": PerRow("stages/sources", "stages/sources/${item.reader}"),
    "evaluate": PerRow("stages/models", "stages/models/${item.model}.py"),
}


def code_deps(stage: str) -> list[str]:
    """Code paths, relative to the root, that the stage's `deps` must name."""
    reached = closure(ROOT / "stages" / f"{stage}.py")
    row = PER_ROW.get(stage)
    own = {path for path in reached if row is not None and _is_row_code(path, row)}
    names = {_name(path) for path in reached - own}
    if row is not None:
        names.add(row.dep)
    return sorted(names)


def closure(start: Path) -> set[Path]:
    """All first-party files that `start` can import, itself included, and the YAML files beside them."""
    reached: set[Path] = set()
    waiting = [start]
    while waiting:
        path = waiting.pop()
        if path in reached:
            continue
        reached.add(path)
        waiting.extend(_imports(path))
    return reached | {data for path in reached for data in path.parent.glob("*/*.yaml")}


def _is_row_code(path: Path, row: PerRow) -> bool:
    """Tell whether a file belongs to one row of the table alone: its folder, or the file the row names."""
    package = ROOT / row.package
    if not path.is_relative_to(package):
        return False
    rows = {target for _, target in _table_rows(package / "__init__.py")}
    folders = {target.parent for target in rows if target.name == "__init__.py"}
    return path in rows or any(path.is_relative_to(folder) for folder in folders)


def _name(path: Path) -> str:
    path = path if path.suffix == ".py" else path.parent
    return path.relative_to(ROOT).as_posix()


@cache
def _imports(path: Path) -> frozenset[Path]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = {target for module in _module_names(tree) for target in _files(module)}
    return frozenset(found | {file for row, target in _table_rows(path) for file in (*_files(row), target)})


def _module_names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _table_rows(path: Path) -> Iterator[tuple[str, Path]]:
    if path.suffix != ".py":
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and (match := _ROW.match(node.value)):
            yield match.group(1), list(_files(match.group(1)))[-1]


def _files(module: str) -> Iterator[Path]:
    """Files that importing `module` runs, packages first; nothing for other people's modules."""
    parts = module.split(".")
    if parts[0] != "stages":
        return
    for depth in range(1, len(parts) + 1):
        base = ROOT.joinpath(*parts[:depth])
        for candidate in (base / "__init__.py", base.with_suffix(".py")):
            if candidate.is_file():
                yield candidate


def _write() -> None:
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 120
    yaml.indent(mapping=2, sequence=4, offset=2)
    graph = yaml.load(ROOT / "dvc.yaml")
    for stage, block in graph["stages"].items():
        body = block.get("do", block)
        data = [dep for dep in body["deps"] if not str(dep).startswith("stages/")]
        body["deps"] = [*data, *code_deps(stage)]
    yaml.dump(graph, ROOT / "dvc.yaml")


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit("usage: python tests/import_closure.py --write")
    _write()
