"""Settings of Prefect and DVC that this project wants, as environment variables a user may override."""

import os
from collections.abc import Mapping, MutableMapping
from types import MappingProxyType

ENVIRONMENT: Mapping[str, str] = MappingProxyType(
    {
        # Telemetry off. DVC sends none through its API, but a stage may call `dvc` itself.
        "DO_NOT_TRACK": "1",
        "DVC_NO_ANALYTICS": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        # The newer UI asks an outside address for its configuration even with analytics off.
        "PREFECT_SERVER_UI_V2_ENABLED": "false",
        # Without a configured server Prefect starts a private one: 10 to 16 s, and its own limit of 20 s is too tight.
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    }
)


def apply(environment: MutableMapping[str, str] = os.environ) -> None:
    """Set every variable of `ENVIRONMENT` that the user has not set."""
    for name, value in ENVIRONMENT.items():
        environment.setdefault(name, value)
