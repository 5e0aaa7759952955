"""What stands in params.yaml for a source of 3D models."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from stages.params import Params
from stages.render.symmetry import SymmetryLimits
from stages.sources.base import SourceParams

Up = Literal["y", "z"]


class UpAxes(Params):
    """Axis that points up, by format; glTF is y up by definition."""

    obj: Up
    ply: Up
    stl: Up


class ModelLimits(Params):
    """Models beyond these are left out."""

    faces: int = Field(ge=1, description="triangles of a model, repeated parts counted each time")
    file_mib: int = Field(ge=1, le=4095, description="size of one file")
    holes: float = Field(ge=0, le=1, description="share of the surface that is transparent; it would show as solid")


class ModelsParams(SourceParams):
    """Section `sources.<name>` of a source of 3D models."""

    root: str = Field(description="folder of the models, or the .sh3f file")
    layout: Literal["folder", "objaverse", "sh3f"] = Field(description="how the models lie there")
    categories: str | None = Field(description="JSON (.gz) below the root, {category: [names]}; null: only the models'")
    name_from: Literal["file", "folder"] = Field(description="what names a model that `categories` does not list")
    license: str | None = Field(description="SPDX id for models that state none; null: they are of unknown licence")
    licenses: list[str] | None = Field(description="SPDX ids that may be used; null: all")
    max_models: int | None = Field(ge=1, description="read only this many, in order of their ids; null: all")
    up: UpAxes
    size_m: float = Field(gt=0.01, le=10, description="longest side of a model of unknown scale, metres")
    frames: int = Field(ge=1, le=999, description="views per model")
    width_px: int = Field(ge=16, le=4096, description="picture width, pixels")
    height_px: int = Field(ge=16, le=4096, description="picture height, pixels")
    fov_deg: float = Field(ge=20, le=110, description="horizontal field of view, degrees")
    texture_px: int = Field(ge=16, le=4096, description="pictures on models are reduced to this width and height")
    limits: ModelLimits
    symmetry: SymmetryLimits = Field(description="when a model looks the same after a turn")
