"""What must hold before a stage starts: one build per worktree, nothing left of a dead one, a whole `dvc.lock`."""

import fcntl
import logging
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from flows.errors import BuildError
from flows.graph import Node, read_graph

RECORDS = ".flow"
"""Folder for run records, in the project's root and ignored by git; deleting it costs only the records."""

Logger = logging.Logger | logging.LoggerAdapter[logging.Logger]


@contextmanager
def one_build(root: Path, run: str) -> Iterator[None]:
    """Hold the worktree for this build; the kernel lets go of it however the process ends.

    DVC's own locks do not cover it: two builds would fail each other's stages half-way.

    Raises:
        BuildError: Another build holds it, or `root` is no DVC project.
    """
    if not (root / ".dvc").is_dir():
        raise BuildError(f"{root} is no DVC project: no .dvc folder. Start the build from the project's root.")
    path = root / ".dvc" / "tmp" / "flow.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BuildError(_busy(file)) from None
        file.truncate(0)
        file.write(f"pid {os.getpid()}, run {run}")
        file.flush()
        yield


def read_plan(root: Path, targets: Sequence[str] | None) -> tuple[list[Node], dict[str, object]]:
    """Read the graph and, in the same breath, what `dvc status` says of its stages.

    Raises:
        BuildError: DVC cannot read `dvc.yaml` or `dvc.lock`, or a target is unknown.
    """
    with _opened(root) as repo:
        nodes = read_graph(repo, targets)
        return nodes, _status(repo, nodes)


def read_status(root: Path, nodes: Sequence[Node]) -> dict[str, object]:
    """Read what `dvc status` says of these stages; empty when all are up to date.

    A stage that DVC calls "always changed" and nothing else counts as up to date: it says so for ever.
    """
    with _opened(root) as repo:
        status = _status(repo, nodes)
    return {stage: changes for stage, changes in status.items() if changes != ["always changed"]}


def mend_lock_file(root: Path, log: Logger) -> None:
    """Replace a torn `dvc.lock` by its last good copy, or keep a copy of a whole one.

    DVC rewrites the file in place, so a kill at that moment leaves half of it and every later dvc command fails.
    Stages that an older copy lacks come back from DVC's run cache without running.

    Raises:
        BuildError: The file holds merge conflicts, which only the user can resolve.
    """
    from dvc.repo import lock_repo

    with _opened(root) as repo, lock_repo(repo):  # nobody writes the file meanwhile
        lock_file = root / "dvc.lock"
        if not lock_file.exists():
            return
        if _is_whole(repo, lock_file):
            _keep(lock_file, root)
            return
        if b"\n<<<<<<< " in b"\n" + lock_file.read_bytes():
            raise BuildError("dvc.lock holds merge conflicts. Resolve them (git checkout --ours dvc.lock), then build.")
        torn = root / RECORDS / "dvc.lock.torn"
        torn.parent.mkdir(parents=True, exist_ok=True)
        lock_file.replace(torn)
        source = _restore(lock_file, root)
        log.warning(
            "dvc.lock was torn: a build or dvc was killed while writing it. It is replaced by %s; the torn file is "
            "kept as %s. Finished stages come back from DVC's run cache.",
            source,
            torn.relative_to(root),
        )


def git_revision(root: Path) -> str:
    """Name the commit of the worktree, with "+dirty" if tracked files differ; "no commit" outside git."""
    head = _git(root, "rev-parse", "--short", "HEAD")
    if head is None:
        return "no commit"
    return head.decode().strip() + ("+dirty" if _git(root, "status", "--porcelain", "--untracked-files=no") else "")


@contextmanager
def _opened(root: Path) -> Iterator[Any]:
    from dvc.exceptions import DvcException
    from dvc.repo import Repo

    try:
        with Repo(str(root), _wait_for_lock=True) as repo:
            yield repo
    except DvcException as error:
        raise BuildError(f"DVC says: {str(error).rstrip('.')}. Run `dvc status` to see where.") from error


def _busy(file: IO[str]) -> str:
    file.seek(0)
    return (
        f"Another build is running in this worktree ({file.read() or 'it has just started'}). "
        "Wait for it or stop it; two at once would write the same outputs."
    )


def _status(repo: Any, nodes: Sequence[Node]) -> dict[str, object]:
    return dict(repo.status(targets=[node.stage for node in nodes], check_updates=False)) if nodes else {}


def _is_whole(repo: Any, lock_file: Path) -> bool:
    from dvc.dvcfile import Lockfile
    from dvc.exceptions import DvcException

    # A file cut at a convenient place is valid YAML of the right shape; it never ends with a line end, though.
    if not lock_file.read_bytes().endswith(b"\n"):
        return False
    try:
        Lockfile(repo, str(lock_file)).load()
    except DvcException:
        return False
    return True


def _keep(lock_file: Path, root: Path) -> None:
    copy = _good_copy(root)
    copy.parent.mkdir(parents=True, exist_ok=True)
    draft = copy.with_suffix(".tmp")
    shutil.copyfile(lock_file, draft)
    draft.replace(copy)


def _restore(lock_file: Path, root: Path) -> str:
    copy = _good_copy(root)
    if copy.exists():
        shutil.copyfile(copy, lock_file)
        return "the copy that the last build kept"
    committed = _git(root, "show", "HEAD:./dvc.lock")
    if committed is not None:
        lock_file.write_bytes(committed)
        return "the committed one"
    return "none, for there was no other"


def _good_copy(root: Path) -> Path:
    return root / RECORDS / "dvc.lock.good"


def _git(root: Path, *args: str) -> bytes | None:
    try:
        done = subprocess.run(["git", *args], cwd=root, capture_output=True, check=True)  # noqa: S603, S607
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout
