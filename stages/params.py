"""Typed parameters: sections of params.yaml as frozen pydantic models, all errors at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from stages.registry import suggest
from stages.schema.errors import ParamsError

PARAMS_FILE = Path("params.yaml")


class Params(BaseModel):
    """Base of all params models: read-only, no unknown keys. Subclasses give no defaults: DVC cannot see those."""

    model_config = ConfigDict(extra="forbid", frozen=True)


P = TypeVar("P", bound=BaseModel)


def read_params(path: Path = PARAMS_FILE) -> dict[str, Any]:
    """Read params.yaml as plain data.

    Raises:
        ParamsError: The file is missing, is not YAML, or is not a mapping.
    """
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ParamsError(f"{path}: no such file; run from the project's root folder") from error
    except yaml.YAMLError as error:
        raise ParamsError(f"{path}: not valid YAML: {error}") from error
    if not isinstance(data, dict):
        raise ParamsError(f"{path}: expected a mapping of sections, found {type(data).__name__}")
    return data


def section(data: Mapping[str, Any], name: str) -> Any:
    """Return one section; dots go down (`sources.rooms`).

    Raises:
        ParamsError: The section is not there; the nearest name is suggested.
    """
    here: Any = data
    for depth, part in enumerate(name.split("."), start=1):
        if not isinstance(here, Mapping) or part not in here:
            known = list(here) if isinstance(here, Mapping) else []
            where = ".".join(name.split(".")[:depth])
            raise ParamsError(
                f"params.yaml: section `{where}` is missing.{suggest(part, known)} Present: {', '.join(known)}"
            )
        here = here[part]
    return here


def parse(model: type[P], data: Any, name: str) -> P:
    """Validate one section.

    Raises:
        ParamsError: Every error of the section, one a line, with a suggestion for misspelt keys.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise ParamsError("\n".join(problems(error, model, name))) from error


def problems(error: ValidationError, model: type[BaseModel], name: str) -> Iterator[str]:
    """Yield one line per validation error: where, what was found, what was expected."""
    for item in error.errors():
        path = ".".join([name, *(str(part) for part in item["loc"])])
        if item["type"] == "extra_forbidden":
            known = _known(model, item["loc"])
            yield f"params.yaml: {path}: unknown key.{suggest(str(item['loc'][-1]), known)}"
        elif item["type"] == "missing":
            yield f"params.yaml: {path}: is missing"
        else:
            yield f"params.yaml: {path}: {item['msg']}, found {item['input']!r}"


def _known(model: type[BaseModel], loc: tuple[int | str, ...]) -> list[str]:
    fields = model.model_fields
    for part in loc[:-1]:
        annotation = fields[str(part)].annotation if str(part) in fields else None
        if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
            return []
        fields = annotation.model_fields
    return list(fields)
