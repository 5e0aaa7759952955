"""The set of installed packages makes a Prefect that works: its metadata alone does not know.

Newer FastAPI breaks the import of the server; newer SQLAlchemy lets everything work but schedules, which never fire.
"""

import importlib
import shutil
import subprocess
import sys
from uuid import UUID

import pytest
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterId
from prefect.client.schemas.schedules import CronSchedule

from tests.flows.toy import PROJECT, Toy, wait_until

pytestmark = pytest.mark.timeout(240)


def test_server_can_be_imported() -> None:
    server = importlib.import_module("prefect.server.api.server")
    assert callable(server.create_app)


def test_telemetry_is_off_unless_the_user_says_otherwise() -> None:
    from flows import settings

    environment = {"DO_NOT_TRACK": "0"}
    settings.apply(environment)
    assert environment["DO_NOT_TRACK"] == "0"
    assert environment["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert environment["DVC_NO_ANALYTICS"] == "1"
    assert float(environment["PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS"]) >= 60


@pytest.mark.usefixtures("on_server")
def test_nightly_deployment_is_off_and_runs_are_scheduled_once_it_is_on(toy: Toy) -> None:
    shutil.copy(PROJECT / "prefect.yaml", toy.root)
    shutil.copytree(PROJECT / "flows", toy.root / "flows", ignore=shutil.ignore_patterns("__pycache__"))
    client = get_client(sync_client=True)
    client.create_work_pool(WorkPoolCreate(name="build", type="process"), overwrite=True)
    command = [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all"]
    done = subprocess.run(command, cwd=toy.root, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr

    deployment = client.read_deployment_by_name("build/build")
    (schedule,) = deployment.schedules
    assert isinstance(schedule.schedule, CronSchedule)
    assert not schedule.active
    assert deployment.work_pool_name == "build"
    assert deployment.parameters == {"targets": None, "at_once": 2}
    assert deployment.global_concurrency_limit is not None
    assert deployment.global_concurrency_limit.limit == 1
    assert deployment.concurrency_options is not None
    assert deployment.concurrency_options.collision_strategy == "ENQUEUE"
    assert _scheduled(client, deployment.id) == []

    client.update_deployment_schedule(deployment.id, schedule.id, active=True)
    wait_until(lambda: bool(_scheduled(client, deployment.id)), "the cron schedule makes a run", timeout_s=90)
    assert set(_scheduled(client, deployment.id)) == {"SCHEDULED"}


def _scheduled(client: SyncPrefectClient, deployment_id: UUID) -> list[str]:
    runs = client.read_flow_runs(deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[deployment_id])))
    return [str(run.state_type and run.state_type.value) for run in runs]
