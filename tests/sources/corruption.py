"""Ways to spoil a dataset that know nothing of its layout: bytes, numbers, JSON values and names are changed at random.

Which file, place and value are drawn from a key, so a failing variant can be made again by its number.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

SECRET = "secret.jpg"  # lies beside the root; no reader may show it
_TEXT = {
    ".txt",
    ".tsv",
    ".csv",
    ".json",
    ".jsonl",
    ".xml",
    ".traj",
    ".pincam",
    ".conf",
    ".house",
    ".obj",
    ".log",
    ".yaml",
}
_NUMBER = re.compile(rb"-?\d+(\.\d+)?([eE][-+]?\d+)?")
_BAD_NUMBERS = (b"nan", b"inf", b"-1", b"1e999", b"99999999999999999999", b"x", b"")
_BAD_VALUES: tuple[Any, ...] = (
    None, True, "", "text", -1, 0, 1e300, float("nan"), float("inf"), 2**70, [], {}, [[]], {"id": {}},
    f"../{SECRET}", "/etc/hostname", "a\0b", "x" * 5000,
)  # fmt: skip
Spoil = Callable[[random.Random, Path], None]


def spoil(root: Path, key: str, number: int) -> str:
    """Damage one file of the dataset at `root`; returns what was done, for the message of a failing test."""
    draw = random.Random(f"{key}:{number}")
    files = sorted(p for p in root.rglob("*") if p.is_file())
    way = WAYS[number % len(WAYS)]
    fitting = [p for p in files if way not in _TEXT_WAYS or p.suffix in _TEXT]
    fitting = [p for p in fitting if way is not _json_value or p.suffix == ".json"] or files
    path = draw.choice(fitting)
    way(draw, path)
    return f"{way.__name__.strip('_')} of {path.relative_to(root)}"


def _cut(draw: random.Random, path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * draw.choice((0, 0.1, 0.5, 0.9, 0.999)))])


def _other_bytes(draw: random.Random, path: Path) -> None:
    content = bytearray(path.read_bytes() or b"\0")
    for _ in range(draw.choice((1, 4, 64))):
        content[draw.randrange(len(content))] = draw.randrange(256)
    path.write_bytes(content)


def _other_head(draw: random.Random, path: Path) -> None:
    """Numbers of a header made huge, whether it is text or binary."""
    content = path.read_bytes()
    at = draw.randrange(min(len(content), 400) or 1)
    numbers = list(_NUMBER.finditer(content[:400]))
    if numbers and draw.random() < 0.5:
        found = draw.choice(numbers)
        path.write_bytes(content[: found.start()] + b"4000000000" + content[found.end() :])
    else:
        path.write_bytes(content[:at] + b"\xff\xff\xff\x7f" + content[at + 4 :])


def _number(draw: random.Random, path: Path) -> None:
    content = path.read_bytes()
    found = list(_NUMBER.finditer(content))
    if not found:
        _cut(draw, path)
        return
    for match in sorted(draw.sample(found, min(len(found), draw.choice((1, 3)))), key=lambda m: -m.start()):
        content = content[: match.start()] + draw.choice(_BAD_NUMBERS) + content[match.end() :]
    path.write_bytes(content)


def _json_value(draw: random.Random, path: Path) -> None:
    try:
        data = json.loads(path.read_bytes())
    except ValueError:
        _other_bytes(draw, path)
        return
    places = list(_places(data))
    if not places:
        path.write_text(json.dumps(draw.choice(_BAD_VALUES)))
        return
    near = [p for p in places if isinstance(p[0], dict)] or places  # long lists of numbers would win every draw
    holder, name = draw.choice(near if draw.random() < 0.8 else places)
    if isinstance(holder, dict) and draw.random() < 0.2:
        del holder[name]
    else:
        holder[name] = draw.choice(_BAD_VALUES)
    path.write_text(json.dumps(data))


def _places(data: Any) -> Iterator[tuple[Any, Any]]:
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for name, value in items:
        yield data, name
        yield from _places(value)


def _name_out_of_the_root(draw: random.Random, path: Path) -> None:
    """Names of pictures that occur in a text lead out of the dataset."""
    content = path.read_bytes()
    path.write_bytes(re.sub(rb"[\w./-]+\.(jpg|png|jpeg)", f"../{SECRET}".encode(), content))


def _gone(draw: random.Random, path: Path) -> None:
    path.unlink()


def _folder_instead(draw: random.Random, path: Path) -> None:
    path.unlink()
    path.mkdir()


def _link_to_nowhere(draw: random.Random, path: Path) -> None:
    path.unlink()
    path.symlink_to("nowhere")


def _link_to_itself(draw: random.Random, path: Path) -> None:
    path.unlink()
    path.symlink_to(path.name)


def _link_out_of_the_root(draw: random.Random, path: Path) -> None:
    top = path
    while not (top.parent / SECRET).is_file() and top != top.parent:
        top = top.parent
    path.unlink()
    path.symlink_to(top.parent / SECRET)


def _of_another_kind(draw: random.Random, path: Path) -> None:
    path.write_bytes(
        draw.choice((b"\x89PNG\r\n\x1a\n", b"{}", b"[]", b"null", b"\xff\xfe\x00", b"1 2 3\n", b"\0" * 4096))
    )


WAYS: tuple[Spoil, ...] = (
    _cut, _other_bytes, _number, _json_value, _other_head, _json_value, _name_out_of_the_root, _json_value, _gone,
    _folder_instead, _link_to_itself, _link_to_nowhere, _json_value, _link_out_of_the_root, _of_another_kind, _number,
    _json_value,
)  # fmt: skip
_TEXT_WAYS = (_number, _name_out_of_the_root)
