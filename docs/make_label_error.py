"""Write docs/label_error.md and its picture from the audit of a build: `python docs/make_label_error.py PROJECT`.

PROJECT is a folder with `data/reports/audit.json` and `data/audit/`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

HERE = Path(__file__).parent
PATHS = {"exact": "exact boxes", "sensor": "sensor-like depth", "lifted": "guessed depth"}
SHOWN = ["left_of", "above", "in_front_of", "bigger", "taller", "wider", "distance_center", "distance_closest",
         "longest_edge"]  # fmt: skip
COLORS = ["#4c78a8", "#f58518", "#e45756", "#72b7b2", "#54a24b", "#eeca3b", "#b279a2", "#ff9da6", "#9d755d"]
INTRO = """Audit of {exact} exact scenes, {degraded} of them also seen through worse eyes; made by `dvc repro audit`
and `python docs/make_label_error.py`. *Exact*: every question of the build, answered anew from meshes and cameras.
*Sensor-like*: boxes lifted from depth with noise, holes, quantisation and torn edges, masks that bleed, fused over
posed views. *Guessed*: boxes lifted from one picture's depth with a wrong scale, bent surfaces and smeared edges,
estimated lens and gravity, detected masks, no pose. Levels: `params.yaml`, section `audit`. In brackets: upper end of
the 95 % Wilson interval."""
NAIVE = """**An engine without margins** (strict sign of the centres of visible points, axis-aligned extents) on the
same views:"""
KEPT = """**Share of candidates kept** (after all ambiguity rules and margins; caps do not count as loss):"""
MARGIN = """**Margin from which at most 1 % of the facts are wrong**, bin by bin (none: no margin is enough, or too few
facts to tell):"""
WIDE, TALL, MOST = 460, 320, 0.2  # a chart, pixels; rates above MOST are cut off


def main(project: Path) -> None:
    """Write both files."""
    audit = json.loads((project / "data/reports/audit.json").read_text())
    (HERE / "label_error.md").write_text(page(audit, audit["scenes"]), encoding="utf-8")
    draw(project / "data/audit", HERE / "label_error.svg")


def page(audit: dict[str, Any], scenes: dict[str, int]) -> str:
    """Tables of label error by task and path, and of the margins."""
    ours, naive, kept = audit["label_error"], audit["label_error_no_margin"], audit["kept_share"]
    tasks = sorted({task for path in PATHS for task in ours[path]} - {""}, key=lambda t: (t == "all", t))
    lines = ["# Label error, measured", "", INTRO.format(**scenes), "", *head("task", PATHS.values())]
    lines += [row(task, [cell(ours[path].get(task)) for path in PATHS]) for task in tasks]
    lines += ["", NAIVE, "", *head("task", PATHS.values())]
    stated = sorted(naive["exact"], key=lambda t: (t == "all", t))
    lines += [row(task, [cell(naive[path].get(task)) for path in PATHS]) for task in stated]
    lines += ["", KEPT, "", *head("fact kind", PATHS.values())]
    lines += [row(k, [percent(kept[path].get(k)) for path in PATHS]) for k in sorted(kept["exact"]) if k != "clip"]
    margins = audit["margin_for_target"]
    columns = ["sensor-like", "wrong without it", "guessed", "wrong without it"]
    lines += ["", "![Share of wrong facts by margin](label_error.svg)", "", MARGIN, "", *head("fact kind", columns)]
    for kind in sorted({k for path in ("sensor", "lifted") for k in margins[path]}):
        lines.append(row(kind, [text for path in ("sensor", "lifted") for text in margin(margins[path].get(kind))]))
    return "\n".join(lines) + "\n"


def head(first: str, columns: Iterable[str]) -> list[str]:
    """Two lines that begin a table."""
    names = list(columns)
    return [row(first, names), row("---", ["---"] * len(names))]


def row(first: str, cells: Iterable[str]) -> str:
    """One line of a table."""
    return f"| {' | '.join([first, *cells])} |"


def margin(found: dict[str, Any] | None) -> tuple[str, str]:
    """Margin, and error without it."""
    if found is None:
        return "", ""
    return "none" if found["margin"] is None else f"{found['margin']:g}", f"{100 * found['error_without']:.1f} %"


def cell(rate: dict[str, float] | None) -> str:
    """Errors of n, rate and upper end of its interval."""
    if rate is None or not rate["n"]:
        return ""
    return f"{rate['errors']:,} of {rate['n']:,}: {100 * rate['rate']:.2f} % ({100 * rate['upper95']:.2f})"


def percent(share: float | None) -> str:
    """Share as percent, or nothing."""
    return "" if share is None else f"{100 * share:.0f} %"


def draw(folder: Path, picture: Path) -> None:
    """Draw both curves side by side."""
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{2 * WIDE + 190}" height="{TALL + 90}" '
             'font-family="sans-serif" font-size="12">', '<rect width="100%" height="100%" fill="white"/>']  # fmt: skip
    for place, path in enumerate(("sensor", "lifted")):
        table = pd.read_csv(folder / f"error_by_margin_{path}.csv")
        parts += chart(table, 50 + place * (WIDE + 30), PATHS[path])
    for k, (kind, color) in enumerate(zip(SHOWN, COLORS, strict=True)):
        y = 45 + 18 * k
        parts.append(f'<rect x="{2 * WIDE + 95}" y="{y - 8}" width="14" height="4" fill="{color}"/>')
        parts.append(f'<text x="{2 * WIDE + 115}" y="{y - 2}">{kind}</text>')
    picture.write_text("\n".join([*parts, "</svg>", ""]), encoding="utf-8")


def chart(table: pd.DataFrame, left: int, title: str) -> list[str]:
    """Lines of one path; the horizontal axis is the root of the margin, so that small margins have room."""

    def x(margin: float) -> float:
        return left + WIDE * (margin / 64) ** 0.5

    def y(rate: float) -> float:
        return 30 + TALL * (1 - min(rate, MOST) / MOST)

    parts = [f'<text x="{left + WIDE / 2}" y="18" text-anchor="middle" font-weight="bold">{title}</text>']
    for rate in (0, 0.01, 0.05, 0.1, 0.15, 0.2):
        dash = ' stroke-dasharray="4 3"' if rate == 0.01 else ""
        stroke = "#666" if rate in (0, 0.01) else "#ddd"
        parts.append(
            f'<line x1="{left}" x2="{left + WIDE}" y1="{y(rate):.1f}" y2="{y(rate):.1f}" stroke="{stroke}"{dash}/>'
        )
        parts.append(f'<text x="{left - 5}" y="{y(rate) + 4:.1f}" text-anchor="end">{100 * rate:g} %</text>')
    for margin in (0, 1, 2, 4, 8, 16, 32, 64):
        parts.append(f'<text x="{x(margin):.1f}" y="{TALL + 48}" text-anchor="middle">{margin}</text>')
    parts.append(f'<text x="{left + WIDE / 2}" y="{TALL + 70}" text-anchor="middle">margin, sigmas</text>')
    for kind, color in zip(SHOWN, COLORS, strict=True):
        if kind in table:
            known = table[["margin", kind]].dropna()
            points = " ".join(f"{x(m):.1f},{y(r):.1f}" for m, r in known.to_numpy().tolist())
            parts.append(f'<polyline points="{points}" fill="none" stroke="{color}" stroke-width="2"/>')
    return parts


if __name__ == "__main__":
    main(Path(sys.argv[1]))
