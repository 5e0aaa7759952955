"""Distinct-n as the benchmark counts it, by hand."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "benchmarks/wording_variety.py"
spec = importlib.util.spec_from_file_location("wording_variety", SCRIPT)
assert spec is not None
assert spec.loader is not None
variety = importlib.util.module_from_spec(spec)
spec.loader.exec_module(variety)


@pytest.mark.parametrize(
    ("texts", "n", "expected"),
    [
        pytest.param(["Is {a} big?", "Is {a} small?"], 2, 3 / 4, id="one of two bigrams is shared"),
        pytest.param(["Is {a} big?", "is {a} BIG"], 2, 1 / 2, id="case and marks do not count"),
        pytest.param(["Is {a} big?", "Is [A] big?"], 2, 1.0, id="slots are words"),
        pytest.param(["Is it?", "Is it?"], 2, 1 / 2, id="repeated"),
        pytest.param(["Is it?"], 3, 0.0, id="too short"),
        pytest.param([], 2, 0.0, id="nothing"),
    ],
)
def test_distinct(texts: list[str], n: int, expected: float) -> None:
    assert variety.distinct(texts, n) == pytest.approx(expected)


def test_smaller_draws_are_more_distinct() -> None:
    texts = [f"Is {{a}} {word} than {{b}}?" for word in ("taller", "wider", "bigger", "longer", "higher")]
    assert variety.drawn(texts, 5, 2) == pytest.approx(variety.distinct(texts, 2))
    assert variety.drawn(texts, 2, 2) > variety.drawn(texts, 4, 2)


def test_a_peers_templates_stand_beside_ours(tmp_path: Path) -> None:
    peer = tmp_path / "peer.yaml"
    peer.write_text("size_comparison.bigger.claim:\n- Is the [A] bigger?\n- Is the [A] bigger?\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.wording_variety", str(tmp_path / "none"), f"peer={peer}"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    figures = json.loads(done.stdout.splitlines()[-1])
    assert figures["peers"]["peer: size_comparison.bigger.claim"]["distinct_2"] == 0.5
    assert figures["written"]["position_comparison"]["questions"][0] >= 20
    assert "built" not in figures
