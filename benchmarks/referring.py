"""Names by colour, landmark and ordinal per core-second: finding what category and caption do not tell apart.

Counted are all sightings of random rooms, from their tables to unique names and phrases (`names.view_names` and
`referring.phrases`), half of them of a category that the view shows several times.

    python -m benchmarks.referring
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from statistics import median

import numpy as np
import pyarrow as pa
import yaml

from stages.formats.colors import TERMS
from stages.formats.names import Reserved, view_names
from stages.formats.referring import FURTHER, ReferringParams, phrases
from stages.schema.columns import vector_column
from stages.schema.tables import SIGHTING

VIEWS, OBJECTS, REPEATS = 4_000, 12, 7
KINDS = ("chair", "cup", "picture", "book", "plant", *(f"thing {k}" for k in range(40)))
SHARED = 5  # the first kinds make up half of the objects


def rooms() -> tuple[pa.Table, np.ndarray, pa.StringArray]:
    """Sightings, the number of their view, and their category."""
    rng = np.random.default_rng(20250623)
    n = VIEWS * OBJECTS
    kind = np.where(rng.random(n) < 0.5, rng.integers(0, SHARED, n), rng.integers(SHARED, len(KINDS), n))
    center_v = rng.uniform((-3, 1, -1.4), (3, 6, 1), (n, 3))
    middle_px = 320 + 400 * center_v[:, [0, 2]] * (1, -1) / center_v[:, 1:2]
    half_px = 120 / center_v[:, 1:2]
    color = rng.integers(-4, len(TERMS), n)
    views = np.arange(n) // OBJECTS
    columns = {
        "view_id": pa.array(views).cast(pa.string()), "object_id": pa.array(np.arange(n)).cast(pa.string()),
        "box_px": vector_column(np.hstack([middle_px - half_px, middle_px + half_px])),
        "area_px": pa.array(4 * half_px[:, 0] ** 2), "crowd": pa.array(np.zeros(n, dtype=bool)),
        "color": pa.array(TERMS, pa.string()).take(pa.array(color, mask=color < 0)),
        "center_v": vector_column(center_v), "size_v": vector_column(rng.uniform(0.1, 0.8, (n, 3))),
        "yaw_v": pa.array(rng.uniform(-np.pi, np.pi, n)), "sigma_center_m": vector_column(np.full((n, 3), 0.005)),
    }  # fmt: skip
    table = pa.table({
        field.name: columns[field.name] if field.name in columns else pa.nulls(n, field.type)
        for field in SIGHTING.schema
    })  # fmt: skip
    return table, views, pa.array(KINDS, pa.string()).take(pa.array(kind))


def main() -> None:
    section = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))["template"]["referring"]
    params = ReferringParams.model_validate(section)
    sighting, views, category = rooms()
    count = len(sighting)
    seconds, named_s = [], []
    for _ in range(REPEATS):
        start = time.process_time()
        names = view_names(
            views, category, pa.nulls(count, pa.string()), pa.nulls(count, pa.list_(pa.string())),
            sighting.column("crowd").to_numpy(), Reserved(frozenset(), frozenset()),
        )  # fmt: skip
        named_s.append(time.process_time() - start)
        found = phrases(sighting, views, names, count, params)
        seconds.append(time.process_time() - start)
    rate = count / median(seconds)
    shares = {kind: round(1 - found.texts[kind].null_count / count, 4) for kind in FURTHER}
    print(f"{count:,} sightings in {median(seconds):.3f} s, of which names {median(named_s):.3f} s")
    print(f"{'by category':<12}{names.category_unique.mean():8.1%}")
    for kind, share in shares.items():
        print(f"{kind:<12}{share:8.1%}")
    print(json.dumps({"sightings_per_core_s": round(rate), **shares}))


if __name__ == "__main__":
    main()
