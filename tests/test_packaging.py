"""What users install: the wheel on its own, and the hook through the real pre-commit."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def run(*args: str | Path, cwd: Path, check: bool = True, **env: str) -> subprocess.CompletedProcess[str]:
    """Runs a program outside the checkout, without this environment's settings for Python."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL_ENV", "GIT_"))}
    done = subprocess.run(
        [str(a) for a in args], cwd=cwd, capture_output=True, encoding="utf-8", env={**clean, **env}, timeout=600
    )
    if check and done.returncode:
        pytest.fail(f"{args}: exit {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A git repository with the files of this checkout as they are now, committed."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    folder = tmp_path_factory.mktemp("source")
    tracked = run("git", "ls-files", "--cached", "--others", "--exclude-standard", cwd=ROOT).stdout.splitlines()
    for name in tracked:
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    _commit(folder)
    return folder


def _commit(folder: Path) -> None:
    run("git", "init", "-q", "-b", "main", cwd=folder)
    run("git", "add", "-A", "-f", cwd=folder)
    identity = ("-c", "user.name=test", "-c", "user.email=test@example.com")
    run("git", *identity, "commit", "-q", "-m", "state", cwd=folder)


@pytest.fixture(scope="module")
def installed(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `policylint` of a fresh environment that has nothing but the wheel and what it requires."""
    folder = tmp_path_factory.mktemp("installed")
    run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, source, cwd=folder)
    venv.create(folder / "venv", with_pip=True)
    scripts = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
    (wheel,) = folder.glob("*.whl")
    done = run(scripts / "python", "-m", "pip", "install", "-q", wheel, cwd=folder, check=False)
    if done.returncode:
        pytest.skip(f"the package index cannot be reached: {done.stderr.strip().splitlines()[-1:]}")
    return scripts / "policylint"


def test_the_wheel_has_its_rules_and_runs_from_any_folder(installed: Path, tmp_path: Path) -> None:
    listed = run(installed, "rules", "test", cwd=tmp_path)
    assert " 0 failed" in listed.stdout
    shutil.copytree(ROOT / "corpus" / "worked-example", tmp_path / "exports")
    found = run(installed, "check", "exports", "-o", "concise", cwd=tmp_path, check=False)
    assert (found.returncode, "WH005" in found.stdout) == (0, True)


def test_the_wheel_is_typed_and_carries_the_catalogue(installed: Path) -> None:
    (package,) = installed.parents[1].glob("[Ll]ib/**/site-packages/policylint")
    assert (package / "py.typed").is_file()
    assert (package / "rules" / "wh").is_dir()
    assert sorted(path.name for path in (package / "catalogue" / "data").iterdir()) == sorted(
        path.name for path in (ROOT / "policylint" / "catalogue" / "data").iterdir()
    )


def test_the_hook_fails_a_commit_with_findings_and_passes_a_clean_one(source: Path, tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    shutil.copytree(ROOT / "corpus" / "hybrid-classic-mistakes", repository / "exports")
    revision = run("git", "rev-parse", "HEAD", cwd=source).stdout.strip()
    config = (
        f"repos:\n- repo: {source.as_uri()}\n  rev: {revision}\n  hooks:\n  - id: policylint\n    args: [exports]\n"
    )
    (repository / ".pre-commit-config.yaml").write_text(config, "utf-8")
    _commit(repository)
    home = {"PRE_COMMIT_HOME": str(tmp_path / "cache")}
    command = (sys.executable, "-m", "pre_commit", "run", "--all-files")
    failed = run(*command, cwd=repository, check=False, **home)
    if any(
        sign in failed.stdout + failed.stderr
        for sign in ("No matching distribution", "Connection", "Temporary failure")
    ):
        pytest.skip("the package index cannot be reached")
    assert failed.returncode == 1
    assert "error[WH001]" in failed.stdout
    shutil.rmtree(repository / "exports")
    shutil.copytree(ROOT / "corpus" / "clean-cloud-trust", repository / "exports")
    run("git", "add", "-A", "-f", cwd=repository)
    passed = run(*command, cwd=repository, check=False, **home)
    assert (passed.returncode, "Passed" in passed.stdout) == (0, True), passed.stdout
