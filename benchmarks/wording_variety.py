"""Variety of the wordings, ours and others': `python -m benchmarks.wording_variety [FOLDER] [NAME=FILE ...]`.

distinct-n: different n-grams over all n-grams of a group's texts; a slot counts as one word, texts do not run on. It
falls as a group grows, so a peer's group is compared with as many of our texts, on average over `DRAWS` draws.

FOLDER (default `data/questions`) holds built questions and samples: per task, the number of wordings in use, distinct-n
over `PROMPTS` prompts, and the groups whose wordings are used unevenly or tell the answer (`stages.tasks.usage`).
Peers' numbers of templates (questions / answers) were counted in their code at the commits named in `PEERS`; none
publishes distinct-n. FILE is a peer's templates as YAML: `our task and group: [texts]`, slots in any brackets.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import yaml

from stages.rng import generator
from stages.schema.store import read_table, shard_path, shards_in
from stages.tasks import TASKS
from stages.tasks.usage import groups, unbalanced
from stages.tasks.wordings import groups_of, read

ANSWERS = ("answer", "yes", "no")
PROMPTS = 1000
DRAWS = 200
PEERS: dict[str, dict[str, str]] = {
    "OpenSpatial @5f69746": {
        "position_comparison": "4 / 1", "depth_ordering": "5-6 / 2-7", "counting": "9-10 / 3-5",
        "object_size": "3-10 / 3-4", "absolute_distance": "3-7 / 2-3",
    },
    "VQASynth @4a4dc1b": {
        "position_comparison": "3-8 / 6-12", "size_comparison": "3 / 6", "object_size": "12-13 / 5",
        "absolute_distance": "16 / 8",
    },
    "SpatialRGPT @16715d4": {
        "position_comparison": "3-8 / 6-12", "size_comparison": "3 / 6", "object_size": "12 / 5",
        "absolute_distance": "16 / 8", "relative_direction": "1 / 2",
    },
    "VLM-3R @6dd1264": dict.fromkeys(
        ("video_distance", "video_relative_distance", "relative_direction", "video_object_size", "room_size",
         "video_counting", "appearance_order", "camera_shift"), "1"
    ),
}  # fmt: skip


def words_of(text: str) -> list[str]:
    """Words of a text in small letters; a slot in {} or [] is one word."""
    return re.findall(r"\{\w+\}|\[\w+\]|[a-z0-9'-]+", text.lower())


def distinct(texts: Sequence[str], n: int) -> float:
    """Share of different n-grams among all n-grams."""
    grams = [tuple(w[k : k + n]) for w in map(words_of, texts) for k in range(len(w) - n + 1)]
    return len(set(grams)) / max(len(grams), 1)


def drawn(texts: Sequence[str], count: int, n: int) -> float:
    """Mean distinct-n of `count` of the texts."""
    rng = generator("wording variety", count)
    picks = [rng.choice(len(texts), size=min(count, len(texts)), replace=False) for _ in range(DRAWS)]
    return float(np.mean([distinct([texts[k] for k in pick], n) for pick in picks]))


def written() -> dict[str, dict[str, Any]]:
    """Our wordings per task: the smallest and largest group, and distinct-n averaged over groups."""
    found = {}
    print(f"{'task':24} {'groups':>6} {'questions':>10} {'answers':>8} {'distinct-2':>10} {'distinct-3':>10}")
    for task in TASKS:
        asked, told = [], []
        for name, texts in groups_of(read(task), task):
            (told if name.rsplit(".", 1)[-1] in ANSWERS else asked).append(texts)
        row = {
            "groups": len(asked),
            "questions": [min(map(len, asked)), max(map(len, asked))],
            "answers": [min(map(len, told)), max(map(len, told))],
            "distinct_2": float(np.mean([distinct(texts, 2) for texts in asked])),
            "distinct_3": float(np.mean([distinct(texts, 3) for texts in asked])),
        }
        found[task] = row
        spans = ["-".join(map(str, dict.fromkeys(row[key]))) for key in ("questions", "answers")]
        print(f"{task:24} {row['groups']:6} {spans[0]:>10} {spans[1]:>8}",
              f"{row['distinct_2']:10.2f} {row['distinct_3']:10.2f}")  # fmt: skip
    return found


def counted_in_peers(ours: Mapping[str, Mapping[str, Any]]) -> None:
    """Print peers' numbers of templates per task beside ours."""
    print(f"\n{'questions / answers':24} {'ours':>12}" + "".join(f"{peer:>22}" for peer in PEERS))
    for task, row in ours.items():
        if any(task in counts for counts in PEERS.values()):
            own = f"{row['questions'][0]} / {row['answers'][0]}"
            print(f"{task:24} {own:>12}" + "".join(f"{counts.get(task, '-'):>22}" for counts in PEERS.values()))


def compared(peers: Mapping[str, Path]) -> dict[str, dict[str, Any]]:
    """A peer's question templates against as many of ours."""
    found = {}
    for peer, path in peers.items():
        print(f"\n{peer:50} {'texts':>6} {'distinct-2':>10} {'distinct-3':>10}   ours: texts, distinct-n of as many")
        for where, texts in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            task, group = where.split(".", 1)
            ours = dict(groups_of(read(task), task))[group]
            row = {
                "texts": len(texts), "distinct_2": distinct(texts, 2), "distinct_3": distinct(texts, 3),
                "our_texts": len(ours), "our_distinct_2": drawn(ours, len(texts), 2),
                "our_distinct_3": drawn(ours, len(texts), 3),
            }  # fmt: skip
            found[f"{peer}: {where}"] = row
            print(f"{where:50} {row['texts']:6} {row['distinct_2']:10.2f} {row['distinct_3']:10.2f}",
                  f"{row['our_texts']:8} {row['our_distinct_2']:10.2f} {row['our_distinct_3']:10.2f}")  # fmt: skip
    return found


def built(folder: Path) -> dict[str, Any]:
    """What a build makes of the wordings."""
    questions, samples = (
        pa.concat_tables(
            read_table(shard_path(source, name, shard), name, columns)
            for source in sorted(path for path in folder.iterdir() if path.is_dir())
            for shard in shards_in(source, name)
        )
        for name, columns in (("question", ["wording_id", "answer_kind", "answer"]), ("sample", ["task", "prompt"]))
    )
    used = {name: (counts.sum(axis=1) > 0).sum() for name, counts in groups(questions)}
    print(f"\n{'built task':24} {'wordings used':>14} {'prompts':>8} {'distinct-2':>10} {'distinct-3':>10}")
    found: dict[str, Any] = {}
    for task in sorted(pc.unique(samples.column("task")).to_pylist()):
        prompts = samples.filter(pc.equal(samples.column("task"), task)).column("prompt")
        size = min(PROMPTS, len(prompts))
        some = prompts.take(pa.array(generator("prompts", task).choice(len(prompts), size=size, replace=False)))
        texts = some.to_pylist()
        row = {
            "wordings": int(sum(count for name, count in used.items() if name.startswith(f"{task}."))),
            "prompts": size, "distinct_2": distinct(texts, 2), "distinct_3": distinct(texts, 3),
        }  # fmt: skip
        found[task] = row
        print(f"{task:24} {row['wordings']:14} {size:8} {row['distinct_2']:10.2f} {row['distinct_3']:10.2f}")
    problems = unbalanced(questions)
    print(
        f"\n{len(questions)} questions, {len(used)} groups:",
        "; ".join(problems) or "no wording is favoured or tells the answer",
    )
    return {"tasks": found, "questions": len(questions), "groups": len(used), "unbalanced": problems}


if __name__ == "__main__":
    named = dict(argument.split("=", 1) for argument in sys.argv[1:] if "=" in argument)
    folders = [Path(argument) for argument in sys.argv[1:] if "=" not in argument] or [Path("data/questions")]
    found = written()
    counted_in_peers(found)
    figures = {"written": found, "peers": compared({name: Path(path) for name, path in named.items()})}
    if folders[0].exists():
        figures["built"] = built(folders[0])
    print(json.dumps(figures))
