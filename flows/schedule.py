"""The order of a build: a stage is submitted when all it waits for has ended, so that no thread waits idle."""

from collections.abc import Callable, Sequence
from functools import partial
from queue import SimpleQueue
from typing import Any

from prefect import State
from prefect.futures import PrefectFuture

from flows.graph import Node

Submit = Callable[[Node, Sequence[PrefectFuture[Any]]], PrefectFuture[Any]]


def run_in_order(nodes: Sequence[Node], submit: Submit, at_once: int) -> dict[str, State[Any]]:
    """Submit every node after its upstream, at most `at_once` together; return each stage's last state.

    A node whose upstream failed is submitted too: Prefect then marks it as not ready and does not run it.
    """
    futures: dict[str, PrefectFuture[Any]] = {}
    states: dict[str, State[Any]] = {}
    ended: SimpleQueue[str] = SimpleQueue()
    waiting = list(nodes)
    while len(states) < len(nodes):
        for node in [node for node in waiting if states.keys() >= set(node.upstream)]:
            if len(futures) - len(states) >= at_once:
                break
            waiting.remove(node)
            future = submit(node, [futures[name] for name in node.upstream])
            futures[node.stage] = future
            future.add_done_callback(partial(_tell, ended, node.stage))
        stage = ended.get()
        futures[stage].wait()
        states[stage] = futures[stage].state
    return states


def _tell(ended: SimpleQueue[str], stage: str, _future: PrefectFuture[Any]) -> None:
    ended.put(stage)
