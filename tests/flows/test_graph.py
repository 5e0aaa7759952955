"""The graph as DVC sees it."""

from collections.abc import Iterator
from typing import Any

import pytest

from flows.errors import BuildError
from flows.graph import Node, read_graph, stale_stages
from tests.flows.toy import STAGES, Toy


@pytest.fixture
def repo(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    from dvc.repo import Repo

    monkeypatch.chdir(toy.root)
    with Repo(".") as opened:
        yield opened


def test_foreach_is_opened_and_every_stage_follows_its_upstream(repo: Any) -> None:
    nodes = read_graph(repo)
    assert {node.stage: node.upstream for node in nodes} == {
        "load": (),
        "part@a": ("load",),
        "part@b": ("load",),
        "join": ("part@a", "part@b"),
        "side": (),
    }
    order = [node.stage for node in nodes]
    assert all(order.index(up) < order.index(node.stage) for node in nodes for up in node.upstream)


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        pytest.param(None, STAGES, id="none-means-all"),
        pytest.param([], STAGES, id="empty-means-all"),
        pytest.param(["side"], {"side"}, id="root"),
        pytest.param(["join"], {"load", "part@a", "part@b", "join"}, id="with-upstream"),
        pytest.param(["part"], {"load", "part@a", "part@b"}, id="foreach-group"),
        pytest.param(["part@b", "side"], {"load", "part@b", "side"}, id="two"),
        pytest.param(["dvc.yaml"], STAGES, id="file"),
    ],
)
def test_targets_bring_what_they_need(repo: Any, targets: list[str] | None, expected: set[str]) -> None:
    assert {node.stage for node in read_graph(repo, targets)} == expected


def test_unknown_target_is_named_with_the_closest_stage(repo: Any) -> None:
    with pytest.raises(BuildError, match=r"Unknown stage 'joim'\. Did you mean 'join'\? Known: join, load, part@a"):
        read_graph(repo, ["side", "joim"])


def test_frozen_stage_waits_for_nothing(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    from dvc.repo import Repo

    yaml = toy.root / "dvc.yaml"
    yaml.write_text(yaml.read_text().replace("outs: [join.txt]", "outs: [join.txt]\n    frozen: true"))
    monkeypatch.chdir(toy.root)
    with Repo(".") as repo:
        assert [node.stage for node in read_graph(repo, ["join"])] == ["join"]


def test_versions_come_from_the_lock_file(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    from dvc.repo import Repo

    monkeypatch.chdir(toy.root)
    with Repo(".") as repo:
        before = {node.stage: node.outs for node in read_graph(repo)}
    result = toy.step("side")
    with Repo(".") as repo:
        after = {node.stage: node.outs for node in read_graph(repo)}
    assert before["side"][0].md5 is None
    assert after["side"] == result.outs
    (out,) = result.outs
    assert out.path == "side.txt"
    assert out.size == len("side(raw)")
    assert str(out.md5) in toy.lock_file.read_text()


CHAIN = [Node("a", (), ()), Node("b", ("a",), ()), Node("c", ("b",), ()), Node("x", (), ())]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        pytest.param({}, set(), id="clean"),
        pytest.param({"a": ["changed"]}, {"a", "b", "c"}, id="root-spoils-all-below"),
        pytest.param({"b": ["changed"]}, {"b", "c"}, id="not-above"),
        pytest.param({"c": [], "x": []}, {"c", "x"}, id="leaves"),
        pytest.param({"elsewhere": []}, set(), id="not-in-the-plan"),
    ],
)
def test_stale_are_the_changed_and_all_that_follow(status: dict[str, object], expected: set[str]) -> None:
    assert stale_stages(CHAIN, status) == expected
