"""The graph as DVC sees it: stages (`foreach` opened), what each one waits for, and the recorded versions."""

import difflib
import graphlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flows.errors import BuildError


@dataclass(frozen=True)
class Version:
    """One file or folder at the version that `dvc.lock` records.

    `size` is in bytes; it and `nfiles` are None where DVC has not recorded them.
    """

    path: str
    md5: str | None
    size: int | None
    nfiles: int | None


@dataclass(frozen=True)
class Node:
    """One stage of the graph, under the name that `dvc repro` takes."""

    stage: str
    upstream: tuple[str, ...]
    outs: tuple[Version, ...]


def read_graph(repo: Any, targets: Sequence[str] | None = None) -> list[Node]:
    """Read the stages that the targets need, in an order in which each follows its upstream.

    Args:
        repo: An open `dvc.repo.Repo`.
        targets: Stage names, `foreach` groups or `.dvc` files; None or empty means every stage.

    Raises:
        BuildError: A target is not in the graph.
    """
    nodes = {stage.addressing: _node(repo, stage) for stage in repo.index.stages}
    wanted = _with_upstream(nodes, _resolve(repo, targets, nodes)) if targets else set(nodes)
    order = graphlib.TopologicalSorter({name: sorted(nodes[name].upstream) for name in sorted(wanted)})
    return [nodes[name] for name in order.static_order()]


def stale_stages(nodes: Iterable[Node], status: Mapping[str, object]) -> set[str]:
    """Name the stages that must be looked at: those in `dvc status`, and all that follow from them."""
    stale: set[str] = set()
    for node in nodes:
        if node.stage in status or stale.intersection(node.upstream):
            stale.add(node.stage)
    return stale


def versions(items: Iterable[Any]) -> tuple[Version, ...]:
    """Read path, md5, bytes and file count of DVC outputs or dependencies; params are left out."""
    from dvc.dependency import ParamsDependency

    return tuple(
        Version(
            path=str(item),
            md5=item.hash_info.value,
            size=item.meta.size if item.meta else None,
            nfiles=item.meta.nfiles if item.meta else None,
        )
        for item in items
        if not isinstance(item, ParamsDependency)
    )


def _node(repo: Any, stage: Any) -> Node:
    # A frozen stage does not follow its inputs; `dvc repro` cuts its edges too.
    upstream = () if stage.frozen else tuple(sorted(up.addressing for up in repo.index.graph.successors(stage)))
    return Node(stage.addressing, upstream, versions(stage.outs))


def _resolve(repo: Any, targets: Sequence[str], nodes: Mapping[str, Node]) -> set[str]:
    from dvc.exceptions import DvcException

    found: set[str] = set()
    for target in targets:
        try:
            found.update(stage.addressing for stage in repo.stage.collect(target))
        except DvcException as error:
            close = difflib.get_close_matches(target, nodes, n=1)
            hint = f" Did you mean '{close[0]}'?" if close else ""
            raise BuildError(f"Unknown stage '{target}'.{hint} Known: {', '.join(sorted(nodes))}.") from error
    return found


def _with_upstream(nodes: Mapping[str, Node], names: Iterable[str]) -> set[str]:
    wanted: set[str] = set()
    pending = list(names)
    while pending:
        name = pending.pop()
        if name not in wanted:
            wanted.add(name)
            pending.extend(nodes[name].upstream)
    return wanted
