"""What a source reader is, and what it hands over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Protocol

from pydantic import BaseModel, ConfigDict

from stages.geometry.mesh import LabelledMesh
from stages.schema.errors import UserError
from stages.schema.records import ObjectRow, SceneRow, SightingRow, ViewRow

MODALITIES: dict[str, str] = {
    "boxes_2d": "sightings: who is where in a picture, drawn by annotators or found by casting rays at the mesh",
    "masks": "their outlines",
    "boxes_3d": "oriented boxes in world metres",
    "intrinsics": "focal length and principal point",
    "poses": "camera poses in one world per scene",
    "gravity": "which way is down in the camera; follows from poses",
    "depth": "metric depth, from a sensor or rendered",
    "captions": "sentences about whole pictures",
    "vocabulary": "categories of which every instance is annotated",
    "floor": "outline of the floor",
}
"""What a source may give; later stages take what there is."""


@dataclass(frozen=True)
class ReaderInfo:
    """What a reader's datasets are and give: class attribute `info`, shown by `make sources`.

    The contract suite holds every reader to it: each fixture may give nothing beyond `gives`, and together a reader's
    fixtures give all of it.
    """

    title: str
    """Name of the dataset with its edition, or of the layout on disk."""
    kinds: tuple[str, ...]
    """Kinds of scene it makes (`stages.schema.tables.KINDS`)."""
    gives: tuple[str, ...]
    """Keys of `MODALITIES` that its records hold where the files for them are there."""
    license: str
    """Licence of pixels and annotation; SPDX ids where they exist."""
    obtain: str
    """Address of the download or of the form that asks for access."""
    paper: str | None
    """arXiv id or DOI."""
    checked_on: str | None
    """Real data that the reader was run on, in a few words; null: only a made-up dataset in its layout."""


class SourceParams(BaseModel):
    """Base of a reader's own section `sources.<name>` in params.yaml; no defaults, a misspelt key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reader: str


@dataclass(frozen=True)
class Drop:
    """Something left out on purpose: a stable dotted reason, and which item it was."""

    reason: str
    item: str


@dataclass(frozen=True)
class SceneData:
    """One scene as its dataset gives it, in our frames and units.

    Views without `image_path` are rendered by `ingest` from `mesh`, which also yields their depth and sightings;
    sightings listed here are the source's own annotations. `depth_path` names a depth file as the dataset stores it;
    `depth_encoding` says how `stages.depths` is to read it (a row of its table `DECODERS`). `counts` says how many
    items were read per kind (views, objects, sightings), drops included; `drops` names every item left out.
    """

    scene: SceneRow
    views: Sequence[ViewRow]
    objects: Sequence[ObjectRow]
    sightings: Sequence[SightingRow] = ()
    mesh: LabelledMesh | None = None
    drops: Sequence[Drop] = field(default=())
    counts: Mapping[str, int] = field(default_factory=dict)


class SourceError(UserError):
    """The source as a whole cannot be read: names the file, what was expected and what to do next."""


class Source(Protocol):
    """A dataset on disk, read one scene at a time, already in our frames and units.

    Built as `Reader(name, params, seed)`, where `name` is the key in params.yaml (first part of every scene id) and
    `params` an instance of its `params_type`. A reader parses; it never downloads, splits, shuffles or rescales.
    """

    info: ClassVar[ReaderInfo]
    params_type: ClassVar[type[SourceParams]]
    requires: ClassVar[tuple[str, ...]]  # packages beyond the base install; the error names the extra

    def scene_ids(self) -> list[str]:
        """Sorted scene ids; opens index files at most, no image.

        Raises:
            SourceError: The root or an index file is missing or damaged.
        """
        ...

    def read(self, scene_id: str) -> SceneData | Drop:
        """Read one scene; a scene that cannot be used is a Drop with its reason."""
        ...

    def root(self) -> Path | None:
        """Folder that `image_path` and `depth_path` are relative to; None if the source has no files."""
        ...
