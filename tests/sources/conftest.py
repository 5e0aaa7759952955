"""Readers under the contract suite: add a reader by adding a row to CASES."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sources import fake_coco, fake_models, fake_scannet
from tests.sources.cases import Damage, Fake, SourceCase, fake

CASES: tuple[SourceCase, ...] = (
    fake_coco.CASE,
    fake_models.FOLDER,
    fake_models.OBJAVERSE,
    fake_scannet.POSED,
    fake_scannet.RENDERED,
    fake_scannet.OPEN,
)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test that asks for `case` once per reader, and for `damage` once per way to break its dataset."""
    if "damage" in metafunc.fixturenames:
        rows = [pytest.param(c, d, id=f"{c.id}-{d.id}") for c in CASES for d in c.damages]
        metafunc.parametrize(("case", "damage"), rows)
    elif "case" in metafunc.fixturenames:
        metafunc.parametrize("case", [pytest.param(c, id=c.id) for c in CASES])


@pytest.fixture
def dataset(case: SourceCase, tmp_path: Path) -> Fake:
    """The small dataset of the reader under test, freshly written."""
    return fake(case, tmp_path)


@pytest.fixture
def broken(dataset: Fake, damage: Damage) -> Fake:
    """The same dataset after the damage under test."""
    damage.spoil(dataset.root)
    return dataset
