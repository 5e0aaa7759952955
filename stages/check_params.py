"""Check the whole params.yaml before anything runs: `python -m stages.check_params` lists every mistake at once."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Any

from stages import params as params_file
from stages.models import MODELS
from stages.registry import resolve, suggest
from stages.runner import guard, seed_of
from stages.schema.errors import ParamsError, UserError
from stages.sources import SOURCES

SECTIONS: dict[str, str] = {
    "ingest": "stages.ingest:IngestParams",
    "annotate": "stages.annotate:AnnotateParams",
    "relate": "stages.relate:RelateParams",
    "template": "stages.template:TemplateParams",
    "dedup": "stages.dedup:DedupParams",
    "split": "stages.split:SplitParams",
    "evaluate": "stages.evaluate:EvaluateParams",
    "audit": "stages.audit:AuditParams",
    "export": "stages.export:ExportParams",
}
_PLUGINS = {"sources": (SOURCES, "reader"), "models": (MODELS, "model")}


def check(data: Mapping[str, Any]) -> Iterator[str]:
    """Yield every mistake in the plain data of params.yaml, one line each."""
    known = ["seed", *SECTIONS, *_PLUGINS]
    for name in data:
        if name not in known:
            yield f"params.yaml: {name}: unknown section.{suggest(str(name), known)}"
    yield from _complaints(lambda: seed_of(data))
    for name in SECTIONS:
        yield from _complaints(lambda name=name: _section(data, name))
    for name in _PLUGINS:
        yield from _complaints(lambda name=name: params_file.section(data, name))
        entries = data.get(name)
        if isinstance(entries, Mapping):
            for key, entry in entries.items():
                yield from _complaints(lambda name=name, key=key, entry=entry: _plugin(name, key, entry))


def _section(data: Mapping[str, Any], name: str) -> None:
    params_file.parse(resolve(SECTIONS, name, "section"), params_file.section(data, name), name)


def _plugin(section: str, key: str, entry: Any) -> None:
    table, selector = _PLUGINS[section]
    if not isinstance(entry, Mapping) or selector not in entry:
        raise ParamsError(f"params.yaml: {section}.{key}: needs a key `{selector}`, one of {', '.join(sorted(table))}")
    plugin = resolve(table, str(entry[selector]), selector)
    params_file.parse(plugin.params_type, entry, f"{section}.{key}")


def _complaints(run: Any) -> Iterator[str]:
    try:
        run()
    except UserError as error:
        yield from str(error).splitlines()


def main() -> None:
    """Check the file in the current folder; exit 1 with all mistakes."""
    mistakes = list(check(params_file.read_params()))
    if mistakes:
        raise ParamsError("params.yaml has mistakes:\n  " + "\n  ".join(mistakes))
    sys.stdout.write("params.yaml is valid\n")


if __name__ == "__main__":
    guard(main)
