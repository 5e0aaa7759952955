"""Rows of samples per core-second: the stage `template` with writing Parquet, and a loop over rows with f-strings.

One shard of random rooms, all on one machine core. The stage goes from facts to written tables: names, references and
marks of every sighting, answers, options, wordings, formats, texts, Parquet. The loop is spared most of that: answers,
options, wordings and formats are given to it, and it writes references and texts into the same tables. The limit is
zstd at the level of our files, over the same bytes.

    python -m benchmarks.templating
"""

from __future__ import annotations

import json
import re
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import yaml

from stages.formats.names import clean
from stages.marks.palette import NAMES
from stages.runner import Context
from stages.schema.store import write_table
from stages.schema.tables import TABLES
from stages.template import TemplateParams, template

VIEWS, OBJECTS, REPEATS = 2_000, 12, 5
CATEGORIES = ("chair", "sofa", "side table", "lamp", "oven", "bed", "desk", "tv", "plant", "rug", "shelf", "picture",
              "door", "window", "mirror", "stool", "vase", "clock", "basket", "piano")  # fmt: skip
COLORS = ("red", "blue", "grey", "wooden", "white", "green")
PAIRS = ("left_of", "above", "in_front_of", "bigger", "taller", "wider", "distance_center", "distance_closest")
TABLES_MADE = ("question", "sample")
Tables = Mapping[str, pa.Table]


def rooms(views: int) -> Tables:
    """Make scenes of four views, each with its own dozen things, and per view eleven facts of as many kinds."""
    rng = np.random.default_rng(20250623)
    scene = np.array([f"rooms/{k // 4:06d}" for k in range(views)])
    view = np.array([f"{s}/{k % 4:03d}" for k, s in enumerate(scene)])
    of_view = np.repeat(np.arange(views), OBJECTS)
    objects = np.array([f"{scene[v]}:thing_{k % OBJECTS}_{v % 4}" for k, v in enumerate(of_view)])
    category = rng.permuted(np.tile(np.arange(len(CATEGORIES)), (views, 1)), axis=1)[:, :OBJECTS].reshape(-1)
    caption = [f"{COLORS[c]} {CATEGORIES[k]}" for c, k in zip(rng.integers(0, 6, len(objects)), category, strict=True)]
    low = np.round(rng.uniform((0, 0), (500, 360), (len(objects), 2)), 1)
    boxes = np.hstack([low, low + np.round(rng.uniform(40, 120, (len(objects), 2)), 1)])
    of = {"scene": scene[of_view], "view": view[of_view], "object": objects}
    category_names = np.array(CATEGORIES)[category]
    scenes = np.unique(scene)
    tables = {
        "scene": {"scene_id": scenes, "source": "rooms", "kind": "scan", "place_id": scenes, "license": "CC0-1.0"},
        "view": {"view_id": view, "scene_id": scene, "frame": 0, "width_px": 640, "height_px": 480},
        "object": {"object_id": objects, "scene_id": of["scene"], "category": category_names,
                   "category_raw": category_names, "caption": caption},
        "sighting": {"view_id": of["view"], "object_id": objects, "scene_id": of["scene"], "box_px": boxes.tolist(),
                     "area_px": 5000.0, "crowd": False, "confidence": 1.0, "detected_by": "random",
                     "mask_rle": b"one mask"},
        "fact": _facts(rng, scene, view, objects.reshape(views, OBJECTS), category_names.reshape(views, OBJECTS)),
    }  # fmt: skip
    return {name: _table(name, columns) for name, columns in tables.items()}


def _facts(
    rng: np.random.Generator, scene: np.ndarray, view: np.ndarray, objects: np.ndarray, category: np.ndarray
) -> dict[str, Any]:
    parts: dict[str, list[Any]] = {}
    everyone = np.arange(len(view))
    for kind in (*PAIRS, "count", "exists_left_of", "height"):
        chosen = rng.permuted(np.tile(np.arange(OBJECTS), (len(view), 1)), axis=1)[:, :2]
        subject, reference = objects[everyone, chosen[:, 0]], objects[everyone, chosen[:, 1]]
        pair = kind in PAIRS
        about = [None] * len(view) if pair or kind == "height" else category[everyone, chosen[:, 0]].tolist()
        value = {"count": rng.integers(1, 5, len(view)) * 1.0, "exists_left_of": rng.integers(0, 2, len(view)) * 1.0}
        columns = {
            "fact_id": np.char.add(np.char.add(view, f":{kind}:"), subject), "scene_id": scene,
            "view_ids": view[:, None].tolist(), "kind": [kind] * len(view),
            "subject_ids": subject[:, None].tolist(),
            "reference_ids": reference[:, None].tolist() if pair or kind == "exists_left_of" else [[]] * len(view),
            "category": about, "value": value.get(kind, rng.uniform(0.4, 2.0, len(view))), "unit": ["m"] * len(view),
            "margin": [9.0] * len(view), "frame": ["view"] * len(view),
        }  # fmt: skip
        for name, column in columns.items():
            parts.setdefault(name, []).extend(column)
    return parts


def _table(name: str, columns: Mapping[str, Any]) -> pa.Table:
    """Fill in columns that are one value, or null."""
    schema = TABLES[name].schema
    count = len(next(iter(columns.values())))
    filled = []
    for field in schema:
        values = columns.get(field.name)
        plain = values is None or isinstance(values, (str, bytes, bool, int, float))
        filled.append(pa.array([values] * count if plain else list(values), field.type))
    return pa.table(filled, schema=schema).sort_by([(key, "ascending") for key in TABLES[name].key])


def engine(tables: Tables, params: TemplateParams, folder: Path) -> Tables:
    made = template(tables, params, Context(20250623, "rooms", 0)).tables
    for name in TABLES_MADE:
        write_table(folder / f"{name}.parquet", made[name], name)
    return made


def loop(tables: Tables, given: Tables, folder: Path) -> Tables:
    """Write the same tables row by row; all but references and texts is given."""
    references = _references(tables, given["sample"])
    questions = {row["question_id"]: dict(row) for row in given["question"].to_pylist()}
    rows = []
    for sample in given["sample"].to_pylist():
        question = questions[sample["question_id"]]
        view, way = question["view_ids"][0], sample["text_format"]
        way = sample["image_format"] if way == "image_based" else way
        slots = {slot: references[view, name][way] for slot, name in zip("abcdef", question["slot_ids"], strict=False)}
        options = [text.format(**slots) for text in question["options"]]
        instruction = sample["prompt"].rsplit("\n", 1)[1]
        lines = [_filled(question["question"], slots), *(f"{k}. {o}" for k, o in zip("ABCD", options, strict=False)),
                 instruction]  # fmt: skip
        bare = sample["response"] == sample["answer"]
        rows.append({
            **{name: question[name] for name in TABLES["sample"].schema.names if name in question},
            "sample_id": f"{sample['question_id']}:{sample['text_format']}:{sample['image_format']}",
            "license": sample["license"], "text_format": sample["text_format"], "image_format": sample["image_format"],
            "prompt": "\n".join(lines), "options": options, "mark_ids": sample["mark_ids"],
            "response": question["answer"] if bare else _filled(question["answer_wording"], slots),
        })  # fmt: skip
    made = {
        "question": pa.Table.from_pylist(list(questions.values()), schema=TABLES["question"].schema),
        "sample": pa.Table.from_pylist(rows, schema=TABLES["sample"].schema),
    }
    for name, table in made.items():
        write_table(folder / f"{name}.parquet", table, name)
    return made


def _references(tables: Tables, samples: pa.Table) -> dict[tuple[str, str], dict[str, str]]:
    """Texts of every sighting; names are unique by construction."""
    named = {row["object_id"]: row for row in tables["object"].to_pylist()}
    marked = {row["view_ids"][0]: row["mark_ids"] for row in samples.to_pylist() if row["mark_ids"]}
    found = {}
    for row in tables["sighting"].to_pylist():
        x1, y1, x2, y2 = row["box_px"]
        box = (f"<box>[[{round(x1 * 1000 / 640)}, {round(y1 * 1000 / 480)}, {round(x2 * 1000 / 640)}, "
               f"{round(y2 * 1000 / 480)}]]</box>")  # fmt: skip
        category, caption = (clean(named[row["object_id"]][name]) for name in ("category", "caption"))
        texts = {
            "natural": f"the {category}", "caption": f"<ref>{caption}</ref>",
            "region_box": f"<ref>region</ref>{box}", "caption_box": f"<ref>{caption}</ref>{box}",
        }  # fmt: skip
        marks = marked.get(row["view_id"], [])
        if row["object_id"] in marks:
            place = marks.index(row["object_id"])
            texts["boxes"] = f"the object in the {NAMES[place]} box"
            texts["masks"] = f"the object with the {NAMES[place]} mask"
            texts["numbers"] = f"region {place + 1}"
        found[row["view_id"], row["object_id"]] = texts
    return found


_OPENING = re.compile(r"(?:^|(?<=[.?!] ))\{(\w)\}")


def _filled(text: str, slots: Mapping[str, str]) -> str:
    opened = _OPENING.sub(lambda m: slots[m[1]][0].upper() + slots[m[1]][1:], text)
    return opened.format(**slots)


def core_seconds(work: Callable[[], object], repeats: int) -> float:
    """Median CPU time of one call, after a first one that is not counted (imports, caches)."""
    work()
    spent = []
    for _ in range(repeats):
        started = time.process_time()
        work()
        spent.append(time.process_time() - started)
    return median(spent)


def text_bytes(made: Tables) -> bytes:
    """All columns as they lie in memory."""
    buffers = (b for name in TABLES_MADE for column in made[name].combine_chunks().columns for chunk in column.chunks
               for b in chunk.buffers() if b is not None)  # fmt: skip
    return b"".join(buffer.to_pybytes() for buffer in buffers)


def differing(made: Tables, looped: Tables) -> int:
    """Rows on which prompt, response or options differ."""
    one, other = (t["sample"].sort_by("sample_id").combine_chunks() for t in (made, looped))
    same = [pc.equal(one.column(n), other.column(n)) for n in ("sample_id", "prompt", "response")]
    equal = pc.and_(pc.and_(same[0], same[1]), same[2]).to_numpy()
    lists = [column.to_pylist() for column in (one.column("options"), other.column("options"))]
    return int(np.count_nonzero(~equal)) + sum(a != b for a, b in zip(*lists, strict=True))


def main() -> None:
    pa.set_cpu_count(1)
    ask = yaml.safe_load(Path("params.yaml").read_text())["template"]
    params = TemplateParams.model_validate(ask)
    tables = rooms(VIEWS)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = engine(tables, params, folder)
        looped = loop(tables, made, folder)
        wrong = differing(made, looped)
        engine_s = core_seconds(lambda: engine(tables, params, folder), REPEATS)
        loop_s = core_seconds(lambda: loop(tables, made, folder), 1)
    raw = text_bytes(made)
    codec = pa.Codec("zstd", compression_level=3)
    zstd_s = core_seconds(lambda: codec.compress(raw), REPEATS)
    count = len(made["sample"])
    print(f"{VIEWS:,} views of {OBJECTS} objects, {len(tables['fact']):,} facts, {len(made['question']):,} questions, "
          f"{count:,} samples, {len(raw) / 1e6:,.0f} MB; CPU time of one core, medians")  # fmt: skip
    for label, seconds in (("template", engine_s), ("loop", loop_s), ("zstd-3", zstd_s)):
        print(f"  {label:9} {count / seconds / 1e6:8.3f} M rows per core-second  {len(raw) / seconds / 1e6:8.0f} MB/s")
    print(f"samples that differ: {wrong}")
    figures = {"rows_per_core_s": round(count / engine_s), "ratio_vs_loop": round(loop_s / engine_s, 2),
               "zstd_fraction": round(zstd_s / engine_s, 4), "samples": count, "differing": wrong}  # fmt: skip
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
