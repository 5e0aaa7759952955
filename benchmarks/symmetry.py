"""Symmetry of objects, and the angles asked of them: `python -m benchmarks.symmetry [N] [DATA] [MODELS]`.

N (default 20) objects are made per kind (`benchmarks/symmetry_shapes.py`) and per category of own furniture. `excluded`
means that the test finds a turn after which an object looks the same, so that no rotation is asked of it. Recall: share
of the symmetric objects that are excluded. Precision: share of the excluded objects that are symmetric. The test looks
at shape and colour; beside it stand shape alone, colour alone, and a comparison of surface points instead of pictures.

DATA (default `data`) holds built turntables: their rotation facts are compared with the azimuths that follow from the
poses. MODELS is a folder with `.glb` or `.obj` files: the symmetry of each is printed.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import trimesh
from scipy.spatial import cKDTree

from benchmarks.symmetry_shapes import DETAILS, DISTINCT, SYMMETRIC, made, mesh_of_model
from stages.geometry.mesh import LabelledMesh, Material
from stages.params import parse, read_params, section
from stages.render.surface import mean_colors, prepared
from stages.render.symmetry import SymmetryLimits, symmetry_deg
from stages.rng import generator
from stages.schema.store import read_table, shard_path, shards_in
from stages.sources.procedural.furniture import CATEGORIES, build

Test = Callable[[LabelledMesh], float | None]
SHARES = (0.01, 0.015, 0.02, 0.03, 0.04, 0.05, 0.06, 0.08, 0.1, 0.15)


def main(count: int, data: Path, models: Path | None) -> dict[str, object]:
    """Print tables and the same figures as JSON."""
    limits = parse(SymmetryLimits, section(read_params(), "sources.turntable.symmetry"), "sources.turntable.symmetry")
    found: dict[str, object] = {"tests": tested(count, limits)}
    found["details"] = details(count, limits)
    found["furniture"] = furniture(count, limits)
    if (data / "facts" / "turntable").is_dir():
        found["angles"] = angles(data)
    if models is not None:
        found["models"] = foreign(models, limits)
    print(json.dumps(found))
    return found


def tests(limits: SymmetryLimits) -> dict[str, Test]:
    """The test as used, its halves, and its rival."""
    return {
        "shape and colour": lambda mesh: symmetry_deg(mesh, limits),
        "shape only": lambda mesh: symmetry_deg(_grey(mesh), limits),
        "colour only": lambda mesh: _by_points(mesh, shape=False),
        "surface points": lambda mesh: _by_points(mesh, shape=True),
    }


def tested(count: int, limits: SymmetryLimits) -> dict[str, dict[str, float]]:
    """Recall and precision on objects of known symmetry, by test."""
    names = list(tests(limits))
    print(f"{'excluded, of ' + str(count):26} {'broken by':10}", *(f"{n:>17}" for n in names))
    excluded: dict[str, dict[str, int]] = {n: {} for n in names}
    same = dict.fromkeys(names, 0)
    seconds = dict.fromkeys(names, 0.0)
    kinds = [(k, "-", r) for k, r in SYMMETRIC.items()] + [(k, by, r) for k, (by, r) in DISTINCT.items()]
    for kind, by, recipe in kinds:
        shapes = [made(recipe, kind, k) for k in range(count)]
        for name, test in tests(limits).items():
            start = time.process_time()
            turns = [test(s.mesh) for s in shapes]
            seconds[name] += time.process_time() - start
            excluded[name][kind] = sum(t is not None and t < 360 for t in turns)
            same[name] += sum(t == s.symmetry_deg for t, s in zip(turns, shapes, strict=True))
        print(f"{kind:26} {by:10}", *(f"{excluded[n][kind]:17d}" for n in names))
    out = {}
    for name in names:
        hits = sum(excluded[name][k] for k in SYMMETRIC)
        false = sum(excluded[name][k] for k in DISTINCT)
        out[name] = {
            "recall": hits / (count * len(SYMMETRIC)),
            "precision": hits / max(hits + false, 1),
            "kept_of_distinct": 1 - false / (count * len(DISTINCT)),
            "exact_turn": same[name] / (count * len(kinds)),
            "ms": 1e3 * seconds[name] / (count * len(kinds)),
        }
    for figure in ("recall", "precision", "kept_of_distinct", "exact_turn", "ms"):
        print(f"{figure:37}", *(f"{out[n][figure]:17.3f}" for n in names))
    return out


def details(count: int, limits: SymmetryLimits) -> dict[str, dict[str, float]]:
    """Share of objects told apart by one detail, by its size as a share of the object's."""
    print(f"\n{'told apart by a detail of':26}", *(f"{s:6.1%}" for s in SHARES))
    out = {}
    for name, recipe in DETAILS.items():
        shown = []
        for share in SHARES:
            meshes = [recipe(generator("symmetry detail", name, k), share) for k in range(count)]
            shown.append(sum(symmetry_deg(m, limits) == 360 for m in meshes) / count)
        out[name] = dict(zip(map(str, SHARES), shown, strict=True))
        print(f"{name:26}", *(f"{s:6.0%}" for s in shown))
    return out


def furniture(count: int, limits: SymmetryLimits) -> dict[str, object]:
    """Declared symmetry of own furniture against the measured."""
    agree, n, recalled, symmetric, false, differing = 0, 0, 0, 0, 0, []
    for category in CATEGORIES:
        for k in range(count):
            model = build(category, generator("furniture", category, k))
            turn = symmetry_deg(mesh_of_model(model), limits)
            n, agree = n + 1, agree + (turn == model.symmetry_deg)
            symmetric += model.symmetry_deg < 360
            recalled += model.symmetry_deg < 360 and turn is not None and turn < 360
            false += model.symmetry_deg == 360 and turn != 360
            if turn != model.symmetry_deg:
                differing.append(
                    f"{model.caption} ({model.placement}): declared {model.symmetry_deg:g}, measured {turn:g}"
                )
    print(f"\nown furniture: {agree} of {n} agree; recall {recalled}/{symmetric}, distinct ones excluded {false}")
    print("\n".join(f"  {line}" for line in differing))
    return {"n": n, "agree": agree, "symmetric": symmetric, "recalled": recalled, "distinct_excluded": false}


def angles(folder: Path) -> dict[str, float]:
    """Rotation facts against the turn between their views, found from the sight lines of the two poses."""
    worst, facts, wrong, symmetric = 0.0, 0, 0, 0
    for shard in shards_in(folder / "facts" / "turntable", "fact"):
        views = _rows(folder / "annotated" / "turntable", "view", shard, "view_id")
        objects = _rows(folder / "annotated" / "turntable", "object", shard, "object_id")
        symmetric += sum(o["symmetry_deg"] < 360 for o in objects.values())
        for fact in _rows(folder / "facts" / "turntable", "fact", shard, "fact_id").values():
            if fact["kind"] == "rotation":
                one, two = (np.reshape(views[v]["world_from_cam"], (4, 4))[:2, 2] for v in fact["view_ids"])
                turn_deg = np.degrees(np.arctan2(one[0] * two[1] - one[1] * two[0], one @ two))
                worst = max(worst, abs((fact["value"] - turn_deg + 180) % 360 - 180))
                facts += 1
                wrong += objects[fact["subject_ids"][0]]["symmetry_deg"] < 360
    print(f"\nturntables: {facts} rotations, largest difference from the poses {worst:.1e} degrees;")
    report = json.loads((folder / "reports" / "relate@turntable.json").read_text())
    dropped = report["dropped"].get("rotation.symmetric", 0)
    print(f"  {symmetric} symmetric objects ({dropped} sightings dropped), {wrong} rotations asked of them")
    return {
        "facts": facts,
        "largest_difference_deg": worst,
        "symmetric_objects": symmetric,
        "sightings_dropped": dropped,
        "asked_of_symmetric": wrong,
    }


def foreign(folder: Path, limits: SymmetryLimits) -> dict[str, float | None]:
    """Measured symmetry of every model in a folder."""
    if find_spec("PIL") is None:
        raise SystemExit("without Pillow the pictures on models cannot be read; install `pillow` or leave out MODELS")
    print(f"\n{'model':36} {'turn':>6} {'ms':>6}")
    out = {}
    for path in sorted(p for p in folder.rglob("*") if p.suffix in (".glb", ".obj")):
        mesh = loaded(path)
        start = time.process_time()
        out[path.name] = symmetry_deg(mesh, limits)
        print(f"{path.name:36} {out[path.name]!s:>6} {1e3 * (time.process_time() - start):6.0f}")
    return out


def loaded(path: Path) -> LabelledMesh:
    """One model file with y up, its parts put together."""
    parts = trimesh.load_scene(path).dump()
    offsets = np.cumsum([0] + [len(p.vertices) for p in parts])
    vertices = np.concatenate([p.vertices for p in parts])[:, [0, 2, 1]] * [1, -1, 1]
    faces = np.concatenate([p.faces + start for p, start in zip(parts, offsets, strict=False)])
    uv = [np.zeros((len(p.faces), 3, 2)) if _uv(p) is None else _uv(p)[p.faces] for p in parts]
    return LabelledMesh(
        vertices, faces, np.zeros(len(faces), int), [path.name], face_uv=np.concatenate(uv),
        face_material=np.repeat(np.arange(len(parts)), [len(p.faces) for p in parts]),
        materials=tuple(_material(p) for p in parts),
    )  # fmt: skip


def _uv(part: trimesh.Trimesh) -> np.ndarray | None:
    return getattr(part.visual, "uv", None)


def _material(part: trimesh.Trimesh) -> Material:
    material = getattr(part.visual, "material", None)
    image = getattr(material, "baseColorTexture", None) or getattr(material, "image", None)
    if image is not None:
        return Material((0.5, 0.5, 0.5), image=np.asarray(image.convert("RGB")))
    color = part.visual.main_color if material is None else material.main_color
    r, g, b = (color[:3] / 255.0) ** 2.2
    return Material((float(r), float(g), float(b)))


def _grey(mesh: LabelledMesh) -> LabelledMesh:
    return replace(mesh, materials=(Material((0.5, 0.5, 0.5)),), face_material=np.zeros(len(mesh.faces), int))


def _by_points(mesh: LabelledMesh, shape: bool) -> float:
    """The rival: 6000 points of the surface, turned, find their like nearby, mean colours of materials compared.

    Without `shape` the colour of the nearest point is compared however far away it lies.
    """
    rng = generator("symmetry by points")
    a, b, c = mesh.vertices_w[mesh.faces].transpose(1, 0, 2)
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1)
    chosen = rng.choice(len(mesh.faces), 6000, p=area / area.sum())
    u, v = rng.random((2, 6000, 1))
    u, v = np.where(u + v > 1, 1 - u, u), np.where(u + v > 1, 1 - v, v)
    points = a[chosen] + u * (b - a)[chosen] + v * (c - a)[chosen]
    points[:, :2] -= points[:, :2].mean(axis=0)
    colors = mean_colors(prepared(mesh, np.zeros(3)))[mesh.face_material][chosen]
    near = max(0.03 * float(np.linalg.norm(points[:, :2], axis=1).max()), 1.5 * float(np.sqrt(area.sum() / 12000)))
    tree = cKDTree(points)

    def same(turn_deg: float) -> bool:
        cos, sin = np.cos(np.radians(turn_deg)), np.sin(np.radians(turn_deg))
        gap, like = tree.query(points @ np.array([[cos, sin, 0], [-sin, cos, 0], [0, 0, 1]]), k=4)
        fits = np.abs(colors[like] - colors[:, None]).max(axis=2) <= 0.12
        return bool((fits & (gap <= near) if shape else fits).any(axis=1).mean() >= 0.95)

    if all(same(turn) for turn in (37.0, 71.0, 113.0)):
        return 0.0
    return next((360.0 / n for n in range(12, 1, -1) if same(360.0 / n)), 360.0)


def _rows(folder: Path, table: str, shard: int, key: str) -> dict[str, Any]:
    return {row[key]: row for row in read_table(shard_path(folder, table, shard), table).to_pylist()}


if __name__ == "__main__":
    arguments = dict(enumerate(sys.argv[1:]))
    main(int(arguments.get(0, 20)), Path(arguments.get(1, "data")), Path(arguments[2]) if 2 in arguments else None)
