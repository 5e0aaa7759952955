"""Fifty random damages to every reader's dataset: never a traceback, nothing kept that is not sound, nothing lost."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stages import ingest, params
from stages.depths import disk_depths
from stages.fingerprint import content_hash
from stages.ingest import IngestParams, Rows, ingest_scene
from stages.render.frames import Rendered
from stages.runner import Counts
from stages.schema.records import to_table
from stages.schema.validate import validate
from stages.sources.base import SourceError
from tests.made_pictures import jpeg
from tests.sources.cases import Fake, SourceCase, fake
from tests.sources.corruption import SECRET, spoil

VARIANTS = 50
PARAMS = IngestParams(shards=1, jpeg_quality=90)
SECRET_PICTURE = jpeg(np.full((60, 80, 3), 77, np.uint8))  # as large as a picture of the fixtures
MOST_M = 10_000  # no scene is as large: a coordinate beyond was read from damaged bytes


def read_all(dataset: Fake) -> tuple[Rows, Counts] | None:
    """Read every scene the way the ingest stage does, without rendering; None: the source as a whole was refused."""
    rows, counts = Rows(), Counts()
    try:
        source = dataset.source()
        for scene_id in source.scene_ids():
            counts += ingest_scene(source, scene_id, PARAMS, rows)
    except SourceError:
        return None
    return rows, counts


def check(rows: Rows, counts: Counts, root: Path) -> None:
    for name, values in rows.by_table().items():
        validate(to_table(name, values), name, "corrupted")
    for kind in ("scene", "view", "object"):
        lost = sum(count for reason, count in counts.dropped.items() if reason.startswith(f"{kind}."))
        assert counts.read.get(f"{kind}s", 0) == counts.kept.get(f"{kind}s", 0) + lost, counts
    check_boxes(rows)
    check_depths(rows)
    for view in rows.view:
        if view.image_path is not None:
            path = Path(os.path.realpath(root / view.image_path))
            assert path.is_relative_to(os.path.realpath(root))
        assert view.content_hash != content_hash(SECRET_PICTURE)


def check_depths(rows: Rows) -> None:
    sizes = {v.view_id: (v.height_px, v.width_px) for v in rows.view}
    for view_id, depth_m in disk_depths("toy", 0, to_table("view", rows.view))(list(sizes)):
        assert depth_m.shape == sizes[view_id]
        assert not (depth_m <= 0).any()
        assert not np.isinf(depth_m).any()


def check_boxes(rows: Rows) -> None:
    sizes = {v.view_id: (v.width_px, v.height_px) for v in rows.view}
    for seen in rows.sighting:
        x1, y1, x2, y2 = seen.box_px
        assert 0 <= x1 < x2 <= sizes[seen.view_id][0], seen
        assert 0 <= y1 < y2 <= sizes[seen.view_id][1], seen
    for row in rows.object:
        assert row.category
        if row.center_w is not None:
            assert min(row.size_m or (0,)) > 0, row
            assert np.abs([*row.center_w, *(row.size_m or ())]).max() < MOST_M, row
            axes = np.array(row.world_from_box).reshape(3, 3)
            np.testing.assert_allclose(axes.T @ axes, np.eye(3), atol=1e-6)
    for view in rows.view:
        assert view.world_from_cam is None or np.abs(view.world_from_cam).max() < MOST_M, view


def test_fifty_damages(case: SourceCase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest, "render_views", lambda *_: Rendered([], []))
    whole = fake(case, tmp_path / "whole" / "in")
    found = read_all(whole)
    assert found is not None
    outcomes: Counter[str] = Counter()
    for number in range(VARIANTS):
        folder = tmp_path / str(number)
        dataset = copied(whole, folder / "in")
        (folder / SECRET).write_bytes(SECRET_PICTURE)
        done = f"variant {number}: {spoil(dataset.root, case.id, number)}"
        try:
            root = str(dataset.root)
            monkeypatch.setattr(params, "read_params", lambda root=root: {"sources": {"toy": {"root": root}}})
            got = read_all(dataset)
            if got is not None:
                check(*got, dataset.root)
        except Exception as error:
            error.add_note(done)
            raise
        changed = got is not None and got[1].dropped != found[1].dropped
        outcomes["refused" if got is None else "dropped" if changed else "kept"] += 1
        shutil.rmtree(folder)
    assert outcomes["refused"] + outcomes["dropped"] >= VARIANTS // 5, f"most damages went unnoticed: {outcomes}"


def copied(dataset: Fake, root: Path) -> Fake:
    """Copy a dataset; its params section is made to name the copy."""
    shutil.copytree(dataset.root, root)
    section: dict[str, Any] = {
        k: v.replace(str(dataset.root), str(root)) if isinstance(v, str) else v for k, v in dataset.section.items()
    }
    return Fake(dataset.case, root, section)
