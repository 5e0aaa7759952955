"""What stands in params.yaml for a procedural source."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from stages.render.symmetry import SymmetryLimits
from stages.sources.base import SourceParams


class ProceduralParams(SourceParams):
    """Section `sources.<name>` of a procedural source."""

    layout: Literal["rooms", "turntable"] = Field(description="furnished rooms, or one object seen from all sides")
    scenes: int = Field(ge=1, le=9999, description="number of rooms or objects")
    frames: int = Field(ge=1, le=999, description="views per scene")
    width_px: int = Field(ge=16, le=4096, description="picture width, pixels")
    height_px: int = Field(ge=16, le=4096, description="picture height, pixels")
    fov_deg: float = Field(ge=20, le=110, description="horizontal field of view, degrees")
    eye_height_m: float = Field(ge=0.4, le=2.2, description="height of the camera above the floor (rooms), metres")
    clutter: float = Field(ge=0, le=1, description="share of the optional small things that are put out (rooms)")
    library: str | None = Field(description="Sweet Home 3D library (.sh3f) that replaces own furniture; null: none")
    symmetry: SymmetryLimits = Field(description="when the library's models look the same after a turn")
