"""What must hold before a stage starts."""

import logging
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.errors import BuildError
from flows.preflight import git_revision, mend_lock_file, one_build, read_plan, read_status
from tests.flows.toy import Toy

LOG = logging.getLogger("test")


@pytest.fixture(scope="module")
def built(toy_template: Toy, tmp_path_factory: pytest.TempPathFactory) -> Toy:
    """A toy project with two stages done."""
    import shutil

    toy = Toy(tmp_path_factory.mktemp("built") / "toy")
    shutil.copytree(toy_template.root, toy.root)
    toy.step("load")
    toy.step("side")
    return toy


def test_whole_lock_file_is_kept_beside_the_records(built: Toy, caplog: pytest.LogCaptureFixture) -> None:
    mend_lock_file(built.root, LOG)
    assert (built.root / ".flow/dvc.lock.good").read_bytes() == built.lock_file.read_bytes()
    assert not caplog.records


@settings(max_examples=20, deadline=None)
@given(share=st.floats(0, 1, exclude_max=True))
def test_torn_lock_file_is_replaced_by_the_last_good_copy(built: Toy, share: float) -> None:
    whole = built.lock_file.read_bytes()
    mend_lock_file(built.root, LOG)
    torn = whole[: int(share * len(whole))]
    if torn.endswith(b"\n"):  # cut between two lines: that is a smaller, valid file
        torn = torn[:-1]
    built.lock_file.write_bytes(torn)
    try:
        mend_lock_file(built.root, LOG)
        assert built.lock_file.read_bytes() == whole
        assert (built.root / ".flow/dvc.lock.torn").read_bytes() == torn
    finally:
        built.lock_file.write_bytes(whole)


def test_repair_is_loud(toy: Toy, caplog: pytest.LogCaptureFixture) -> None:
    toy.lock_file.write_text("schema: '2.0'\nsta")
    mend_lock_file(toy.root, LOG)
    assert not toy.lock_file.exists()
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert "dvc.lock was torn" in record.getMessage()
    assert "replaced by none, for there was no other" in record.getMessage()


def test_committed_lock_file_is_the_second_choice(toy: Toy, caplog: pytest.LogCaptureFixture) -> None:
    toy.step("load")
    whole = toy.lock_file.read_bytes()
    subprocess.run(["git", "add", "dvc.lock"], cwd=toy.root, check=True)
    author = ["-c", "user.name=Toy", "-c", "user.email=toy@example.org"]
    subprocess.run(["git", *author, "commit", "-q", "-m", "Lock"], cwd=toy.root, check=True)
    toy.lock_file.write_bytes(b"")
    mend_lock_file(toy.root, LOG)
    assert toy.lock_file.read_bytes() == whole
    assert "the committed one" in caplog.text


def test_merge_conflicts_are_the_users(toy: Toy) -> None:
    text = "schema: '2.0'\n<<<<<<< HEAD\nstages: {}\n=======\nstages:\n>>>>>>> other\n"
    toy.lock_file.write_text(text)
    with pytest.raises(BuildError, match="merge conflicts"):
        mend_lock_file(toy.root, LOG)
    assert toy.lock_file.read_text() == text


def test_second_build_in_a_worktree_is_refused_until_the_first_ends(toy: Toy) -> None:
    with one_build(toy.root, "first"):
        with pytest.raises(BuildError, match=r"Another build is running in this worktree \(pid \d+, run first\)"):
            with one_build(toy.root, "second"):
                pass
    with one_build(toy.root, "third"):
        pass


def test_folder_without_dvc_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="no DVC project"), one_build(tmp_path, "x"):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("dvc_yaml", "message"),
    [
        pytest.param("stages: [", "unable to read: 'dvc.yaml'", id="syntax"),
        pytest.param("stages:\n  a:\n    cmdd: x\n", "'./dvc.yaml' validation failed", id="unknown-key"),
        pytest.param(
            "stages:\n  a: {cmd: x, deps: [b], outs: [a]}\n  b: {cmd: x, deps: [a], outs: [b]}\n",
            "both a dependency and an output",
            id="cycle",
        ),
    ],
)
def test_broken_graph_is_one_clear_error(
    toy: Toy, dvc_yaml: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(toy.root)
    (toy.root / "dvc.yaml").write_text(dvc_yaml)
    with pytest.raises(BuildError, match=f"DVC says: .*{message}"):
        read_plan(toy.root, None)


def test_stage_that_is_always_changed_does_not_spoil_the_final_check(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(toy.root)
    yaml = toy.root / "dvc.yaml"
    yaml.write_text(yaml.read_text().replace("outs: [side.txt]", "outs: [side.txt]\n    always_changed: true"))
    toy.step("side")
    nodes, status = read_plan(toy.root, ["side"])
    assert set(status) == {"side"}
    assert read_status(toy.root, nodes) == {}


def test_revision_says_whether_tracked_files_differ(toy: Toy, tmp_path: Path) -> None:
    clean = git_revision(toy.root)
    (toy.root / "raw.txt").write_text("other")
    assert git_revision(toy.root) == f"{clean}+dirty"
    assert git_revision(tmp_path) == "no commit"
    assert len(clean) >= 7
