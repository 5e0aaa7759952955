"""Base of readers of scans: what is the same in each, from settings to the drop of a damaged scan."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar, Generic, TypeVar

from stages.schema.records import SceneRow
from stages.sources.base import Drop, SceneData
from stages.sources.scans.files import DamagedScanError
from stages.sources.scans.scene import Contents, ScanParams, scan_scene

P = TypeVar("P", bound=ScanParams)


class ScanReader(ABC, Generic[P]):
    """A reader whose scenes are scans; one says where a scan's files are and what they hold."""

    requires: ClassVar[tuple[str, ...]] = ()

    def __init__(self, name: str, params: P, seed: int) -> None:
        """Keep the settings; files are opened on first use. The seed draws the walks of rendered views."""
        self._name = name
        self._params = params
        self._seed = seed

    def root(self) -> Path:
        """Folder that image and depth paths are relative to."""
        return Path(self._params.root)

    def read(self, scene_id: str) -> SceneData | Drop:
        """Read one scan; a Drop where it gives neither views nor objects."""
        scan = scene_id.removeprefix(f"{self._name}/")
        try:
            row = self.scene_row(scene_id, scan)
            return scan_scene(row, self.root(), self.contents(scene_id, scan), self._params, self._seed)
        except DamagedScanError as error:
            return self.drop("scene", error)

    @abstractmethod
    def scene_row(self, scene_id: str, scan: str) -> SceneRow:
        """Row of a scan named `scan`, without the outline of its floor.

        Raises:
            DamagedScanError: It cannot be told where the scan belongs.
        """

    @abstractmethod
    def contents(self, scene_id: str, scan: str) -> Contents:
        """Read the scan's files.

        Raises:
            DamagedScanError: They cannot be used at all.
        """

    def drop(self, kind: str, error: DamagedScanError) -> Drop:
        """Name a damaged file relative to the root; `kind` is `scene`, or `annotation` where the rest is still good."""
        return Drop(f"{kind}.{error.reason}", error.path.relative_to(self.root()).as_posix())
