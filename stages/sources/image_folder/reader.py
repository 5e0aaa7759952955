"""The image folder reader: one scene per picture, nothing annotated."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import ClassVar, Literal

from pydantic import Field

from stages.schema.records import SceneRow, ViewRow
from stages.sources.base import Drop, ReaderInfo, SceneData, SourceError, SourceParams
from stages.sources.photographs import picture_header, slug

_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp"})


class ImageFolderParams(SourceParams):
    """Section `sources.<name>` of a folder of pictures."""

    root: str = Field(description="folder, searched at any depth")
    license: str = Field(min_length=1, description="licence of the pictures, SPDX id where one exists")
    upstream_split: str | None = Field(description="split these pictures are; null: none")
    place: Literal["image", "folder"] = Field(description="what shows one place: each picture, or a folder's pictures")
    max_images: int | None = Field(ge=1, description="read only this many pictures, by id; null: all")


class ImageFolder:
    """Reader of any folder of JPEG, PNG and WebP files."""

    info: ClassVar[ReaderInfo] = ReaderInfo(
        title="Any folder of pictures",
        kinds=("image",),
        gives=(),
        license="as params.yaml says",
        obtain="https://commons.wikimedia.org",
        paper=None,
        checked_on="every sample with photographs",
    )
    params_type: ClassVar[type[SourceParams]] = ImageFolderParams
    requires: ClassVar[tuple[str, ...]] = ()

    def __init__(self, name: str, params: ImageFolderParams, seed: int) -> None:
        """Keep the settings. The seed is not used: nothing is drawn here."""
        self._name = name
        self._params = params

    def root(self) -> Path:
        """Folder that image paths are relative to."""
        return Path(self._params.root)

    def scene_ids(self) -> list[str]:
        """`<source>/<path>`, sorted.

        Raises:
            SourceError: The folder is missing or holds no picture.
        """
        return sorted(self._paths)[: self._params.max_images]

    def read(self, scene_id: str) -> SceneData | Drop:
        """Read the header of one picture."""
        image_path = self._paths[scene_id]
        header = picture_header(self.root(), image_path)
        if isinstance(header, Drop):
            return header
        folder = PurePosixPath(image_path).parent
        place = f"{self._name}/{slug(str(folder))}" if self._params.place == "folder" else scene_id
        scene = SceneRow(
            scene_id, self._name, "image", place_id=place, license=self._params.license,
            upstream_split=self._params.upstream_split, vocabulary=[],
        )  # fmt: skip
        view = ViewRow(
            f"{scene_id}/0", scene_id, 0, *header.shown_size_wh, image_path=image_path, orientation=header.orientation
        )
        return SceneData(scene, [view], [], counts={"views": 1})

    @cached_property
    def _paths(self) -> dict[str, str]:
        """Path below the root by scene id."""
        root = self.root()
        if not root.is_dir():
            raise SourceError(f"{root}: no such folder; set `root` in params.yaml")
        paths = [p.relative_to(root).as_posix() for p in root.rglob("*") if p.suffix.lower() in _SUFFIXES]
        if not paths:
            raise SourceError(f"{root}: expected pictures ({', '.join(sorted(_SUFFIXES))}) at any depth, found none")
        return {f"{self._name}/{slug(path)}": path for path in paths}
