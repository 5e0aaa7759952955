"""A stage of the toy project, copied into it: joins its inputs, and misbehaves where the environment says so.

`python toy_stage.py OUT IN...`; no part of what it writes depends on the environment, so DVC's hashes do not either.
"""

import json
import os
import signal
import sys
import time
from pathlib import Path


def emit(**event: object) -> None:
    if path := os.environ.get("STAGE_EVENTS"):
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(json.dumps(event) + "\n")


def hold(name: str) -> None:
    """Write down the pid, then wait for the file `go`."""
    Path(f"{name}.pid").write_text(str(os.getpid()))
    while not Path("go").exists():
        time.sleep(0.05)


def main() -> None:
    out, *inputs = map(Path, sys.argv[1:])
    name = out.stem
    sys.stdout.write(f"toy stage {name} reads {len(inputs)} files\n")
    if os.environ.get("TOY_STUBBORN") == name:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    out.write_text("half")
    if os.environ.get("TOY_HOLD") == name:
        hold(name)
    if os.environ.get("TOY_FAIL") == name:
        sys.stdout.write("about to fail\n")
        sys.stderr.write("toy: the input makes no sense\n")
        raise SystemExit(3)
    for done in range(len(inputs)):
        emit(event="progress", done=done + 1, total=len(inputs), what="files")
    text = "".join(path.read_text() for path in inputs)
    out.write_text(f"{name}({text})")
    emit(event="report", read={"file": len(inputs)}, kept={"file": 1}, dropped={}, seconds=0.1, peak_mib=9)


if __name__ == "__main__":
    main()
