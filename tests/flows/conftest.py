"""Fixtures of the flows' tests: a toy DVC project, and one Prefect server for all of them."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.flows.toy import Toy, make_toy, wait_until


@pytest.fixture(scope="session")
def toy_template(tmp_path_factory: pytest.TempPathFactory) -> Toy:
    return make_toy(tmp_path_factory.mktemp("template") / "toy")


@pytest.fixture
def toy(toy_template: Toy, tmp_path: Path) -> Toy:
    """A fresh toy project in which nothing has run."""
    root = tmp_path / "toy"
    shutil.copytree(toy_template.root, root)
    return Toy(root)


@pytest.fixture(scope="session")
def prefect_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("prefect")


@pytest.fixture(scope="session")
def prefect_server(prefect_home: Path) -> Iterator[str]:
    """Start `prefect server start` on a free loopback port; give the address of its API."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}/api"
    environment = {
        **os.environ,
        "PREFECT_HOME": str(prefect_home),
        "PREFECT_API_URL": url,
        "PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS": "2",
        "PREFECT_SERVER_UI_ENABLED": "false",
    }
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with (prefect_home / "server.log").open("wb") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
    try:
        wait_until(lambda: _answers(url), "the Prefect server answers", timeout_s=120)
        yield url
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()


@pytest.fixture(scope="module")
def on_server(prefect_server: str, prefect_home: Path) -> Iterator[str]:
    """Let flows of this test, in this process and in others, report to the server."""
    from prefect.settings import PREFECT_API_URL, PREFECT_HOME, temporary_settings

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PREFECT_API_URL", prefect_server)
        patch.setenv("PREFECT_HOME", str(prefect_home))
        with temporary_settings({PREFECT_API_URL: prefect_server, PREFECT_HOME: prefect_home}):
            yield prefect_server


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health", timeout=2).is_success
    except httpx.HTTPError:
        return False
