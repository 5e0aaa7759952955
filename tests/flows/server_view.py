"""What the Prefect server knows of a flow run, read through its API."""

from typing import Any
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import State, TaskRun
from prefect.client.schemas.sorting import TaskRunSort

from tests.flows.toy import wait_until


def run_id(state: "State[Any]") -> UUID:
    found = state.state_details.flow_run_id
    assert found is not None
    return found


def task_runs(client: SyncPrefectClient, flow_run_id: UUID, count: int) -> dict[str, TaskRun]:
    """Read a flow run's task runs by name, once all have a state: the server records them a little later."""
    found: dict[str, TaskRun] = {}

    def settled() -> bool:
        runs = client.read_task_runs(
            flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=[flow_run_id])),
            sort=TaskRunSort.EXPECTED_START_TIME_ASC,
        )
        found.clear()
        found.update({task_run.name: task_run for task_run in runs})
        states = [task_run.state for task_run in runs]
        return len(runs) == count and all(s and (s.is_final() or s.name == "NotReady") for s in states)

    wait_until(settled, "the server knows all task runs")
    return found


def state_names(runs: dict[str, TaskRun]) -> dict[str, str]:
    return {name: str(task_run.state_name) for name, task_run in runs.items()}


def artifacts(client: SyncPrefectClient, flow_run_id: UUID) -> dict[str, dict[str, Any]]:
    """Read what a flow run has left in the UI, by key."""
    query = {"artifacts": {"flow_run_id": {"any_": [str(flow_run_id)]}}}
    response = client._client.post("/artifacts/filter", json=query)
    response.raise_for_status()
    return {shown["key"]: shown for shown in response.json()}


def messages_of(client: SyncPrefectClient, task_run_id: UUID) -> list[str]:
    """Read the log lines of a task run."""
    query = {"logs": {"task_run_id": {"any_": [str(task_run_id)]}}, "limit": 200}
    response = client._client.post("/logs/filter", json=query)
    response.raise_for_status()
    return [str(entry["message"]) for entry in response.json()]
