"""The order in which a build submits its stages."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, cast
from unittest import mock

from hypothesis import given
from hypothesis import strategies as st
from prefect import State
from prefect.futures import PrefectFuture
from prefect.states import Completed

from flows.graph import Node
from flows.schedule import run_in_order


class LateFuture:
    """A future that ends when the test says so."""

    def __init__(self) -> None:
        self.state: State[None] = Completed()
        self._callbacks: list[Callable[[Any], None]] = []
        self._lock = threading.Lock()
        self._ended = False

    def add_done_callback(self, callback: Callable[[Any], None]) -> None:
        with self._lock:
            self._callbacks.append(callback)
            ended = self._ended
        if ended:
            callback(self)

    def wait(self) -> None:
        pass

    def end(self) -> None:
        with self._lock:
            self._ended = True
            callbacks = list(self._callbacks)
        for callback in callbacks:
            callback(self)


@st.composite
def graphs(draw: st.DrawFn) -> list[Node]:
    """Draw nodes in an order in which each follows its upstream."""
    names = [f"s{k}" for k in range(draw(st.integers(0, 8)))]
    return [
        Node(name, tuple(draw(st.lists(st.sampled_from(names[:k]), unique=True))) if k else (), ())
        for k, name in enumerate(names)
    ]


@given(graphs(), st.integers(1, 4), st.data())
def test_each_stage_follows_its_upstream_and_no_more_run_than_allowed(
    nodes: list[Node], at_once: int, data: st.DataObject
) -> None:
    running: dict[str, LateFuture] = {}
    ended: list[str] = []

    class Waiting(deque[str]):
        """Stands in for the queue: while the scheduler waits, one stage ends."""

        put = deque.append

        def get(self) -> str:
            name = data.draw(st.sampled_from(sorted(running)))
            ended.append(name)
            running.pop(name).end()
            return self.popleft()

    def submit(node: Node, upstream: Sequence[PrefectFuture[Any]]) -> PrefectFuture[Any]:
        assert set(node.upstream) <= set(ended)
        assert len(upstream) == len(node.upstream)
        future = running[node.stage] = LateFuture()
        assert len(running) <= at_once
        return cast(PrefectFuture[Any], future)

    with mock.patch("flows.schedule.SimpleQueue", Waiting):
        states = run_in_order(nodes, submit, at_once)
    assert sorted(states) == sorted(ended) == sorted(node.stage for node in nodes)


def test_independent_stages_run_together() -> None:
    barrier = threading.Barrier(2, timeout=20)

    def submit(node: Node, _upstream: Sequence[PrefectFuture[Any]]) -> PrefectFuture[Any]:
        future = LateFuture()

        def work() -> None:
            barrier.wait()
            future.end()

        threading.Thread(target=work, daemon=True).start()
        return cast(PrefectFuture[Any], future)

    states = run_in_order([Node("a", (), ()), Node("b", (), ())], submit, at_once=2)
    assert sorted(states) == ["a", "b"]
