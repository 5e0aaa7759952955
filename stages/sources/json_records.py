"""Large JSON files that are one list of records, one per picture, read a record at a time.

Visual Genome's files have up to 800 MB: parsed at once they would take gigabytes in every worker. Here a file is
scanned once for where its records begin and end; each is parsed when it is asked for.
"""

from __future__ import annotations

import json
import mmap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Int

from stages.sources.base import SourceError

_CHUNK = 1 << 24
_QUOTE, _OPEN, _CLOSE = b'"{}'


class JsonRecords:
    """The records of one file by picture id.

    Args:
        path: File with a list of mappings, each with a picture id and one list.
        id_keys: Names the id may have; the first that a record has counts.

    Raises:
        SourceError: The file is missing, cut, no list of mappings, or has a picture id twice or none.
    """

    def __init__(self, path: Path, id_keys: Sequence[str]) -> None:
        self._path = path
        self._id_keys = id_keys
        self._spans = dict(self._scan())

    def __contains__(self, picture_id: int) -> bool:
        return picture_id in self._spans

    def ids(self) -> list[int]:
        """Picture ids in ascending order."""
        return sorted(self._spans)

    def get(self, picture_id: int) -> dict[str, Any]:
        """Parse one record; empty where the file has none of this picture.

        Raises:
            SourceError: The record is no valid JSON.
        """
        if picture_id not in self._spans:
            return {}
        start, end = self._spans[picture_id]
        with self._path.open("rb") as file:
            file.seek(start)
            return self._parse(file.read(end - start), start)

    def _scan(self) -> Iterator[tuple[int, tuple[int, int]]]:
        seen: set[int] = set()
        try:
            with self._path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                for start, end in _record_spans(data, self._path):
                    picture_id = self._id_of(data[start:end], start)
                    if picture_id in seen:
                        raise SourceError(
                            f"{self._path}: picture {picture_id} occurs more than once; take the original"
                        )
                    seen.add(picture_id)
                    yield picture_id, (start, end)
        except FileNotFoundError as error:
            raise SourceError(f"{self._path}: no such file; check `root` and the file names in params.yaml") from error
        except (OSError, ValueError) as error:  # an empty file cannot be mapped
            raise SourceError(f"{self._path}: cannot be read ({error}); fetch it again") from error

    def _id_of(self, record: bytes, start: int) -> int:
        """Parse a record without its list: the id stands before or after it."""
        first, last = record.find(b"["), record.rfind(b"]")
        fields = self._parse(record if first < 0 else record[:first] + b"null" + record[last + 1 :], start)
        picture_id = next((fields[k] for k in self._id_keys if k in fields), None)
        if type(picture_id) is not int or picture_id < 0:
            keys = " or ".join(f"`{k}`" for k in self._id_keys)
            raise SourceError(f"{self._path}: record at byte {start}: expected a whole number {keys}")
        return picture_id

    def _parse(self, record: bytes, start: int) -> dict[str, Any]:
        try:
            return dict(json.loads(record))
        except ValueError as error:
            raise SourceError(
                f"{self._path}: record at byte {start}: not valid JSON ({error}); the download may be damaged"
            ) from error


def _record_spans(data: mmap.mmap, path: Path) -> Iterator[tuple[int, int]]:
    """Yield where each mapping of the outer list begins and ends."""
    head, tail = bytes(data[:64]).lstrip()[:1], bytes(data[-64:]).rstrip()[-1:]
    if head != b"[":
        raise SourceError(f"{path}: expected a JSON list of records")
    if tail != b"]":
        raise SourceError(f"{path}: the JSON list does not end; the download may be cut, fetch it again")
    begun: int | None = None
    for position, depth in _braces(data):
        if depth == 1 and begun is None:
            begun = position
        elif depth == 0 and begun is not None:
            yield begun, position + 1
            begun = None
    if begun is not None:
        raise SourceError(f"{path}: the record at byte {begun} does not end; fetch the file again")


def _braces(data: mmap.mmap) -> Iterator[tuple[int, int]]:
    """Yield position and depth after it of every brace that opens or closes a record, text in quotes left out."""
    depth = quotes = start = 0
    while start < len(data):
        end = min(start + _CHUNK, len(data))
        while end < len(data) and data[end - 1 : end] == b"\\":
            end += 1  # what follows a backslash belongs to it
        plain = data[start:end].replace(b"\\\\", b"__").replace(b'\\"', b"__")
        signs = np.frombuffer(plain, np.uint8)
        at = np.flatnonzero((signs == _QUOTE) | (signs == _OPEN) | (signs == _CLOSE))
        found = signs[at]
        opened = quotes + np.cumsum(found == _QUOTE)
        outside = (found != _QUOTE) & (opened % 2 == 0)
        step = np.where(found[outside] == _OPEN, 1, -1)
        depths: Int[np.ndarray, " n"] = depth + np.cumsum(step)
        edge = ((depths == 1) & (step > 0)) | (depths <= 0)
        yield from zip((start + at[outside][edge]).tolist(), depths[edge].tolist(), strict=True)
        quotes = int(opened[-1]) if len(opened) else quotes
        depth = int(depths[-1]) if len(depths) else depth
        start = end
