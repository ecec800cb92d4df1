"""The script a newcomer runs: it says what is missing, brings what it can once, and then is silent."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.packaging.unprivileged_noren import POWERS

ROOT = Path(__file__).parents[2]
ORDINARY = ("apt-cache", "apt-get", "bash", "dirname", "find", "flock", "grep", "sed", "sha256sum", "uname")
DEMO = "import sys\nprint('demo got', *sys.argv[1:])\n"
FOR_EVER = 600  # seconds after which two that wait for each other are ended; a slow card takes a tenth of it


def plant(folder: Path) -> Path:
    """A small tree with the real script, lock files that ask for nothing, and a demo that says what it was given."""
    (folder / "edge").mkdir(parents=True)
    (folder / "edge" / "__main__.py").write_text(DEMO)
    shutil.copy(ROOT / "dev", folder)
    for lock in ("requirements.lock", "requirements-dev.lock"):
        (folder / lock).write_text("# nothing\n")
    return folder


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree nobody has worked in yet; blanks in its name do no harm."""
    return plant(tmp_path / "a tree")


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tree that has been set up for the demo; shared, because an environment takes seconds to make."""
    folder = plant(tmp_path_factory.mktemp("settled") / "a tree")
    said = dev(folder, "run", "--fresh")
    assert (said.returncode, said.stdout) == (0, "demo got demo --fresh\n"), said.stderr
    assert re.search(r"^Python packages \(0 from requirements.lock\) … \d+ s$", said.stderr, re.MULTILINE)
    return folder


@pytest.fixture
def nobody(tmp_path: Path) -> dict[str, str]:
    """The surroundings of somebody who is not root, has no sudo, and a machine with little more than Python."""
    commands = tmp_path / "bin"
    commands.mkdir()
    for name in ORDINARY:
        if found := shutil.which(name):
            (commands / name).symlink_to(found)
    (commands / "python3").symlink_to(Path(sys.executable).resolve())
    (commands / "id").write_text("#!/bin/sh\necho 1000\n")
    (commands / "id").chmod(0o755)
    return {"PATH": str(commands), "HOME": str(tmp_path)}


def dev(tree: Path, *args: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    command = [str(tree / "dev"), *args]
    return subprocess.run(
        command, env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=FOR_EVER, check=False
    )


def test_somebody_without_root_is_told_the_line_to_ask_for(tree: Path, nobody: dict[str, str]) -> None:
    said = dev(tree, "test", env=nobody)
    assert said.returncode == 1
    assert re.search(
        r"Please run as root: +apt-get update && apt-get install -y .*\bchromium\b.*\bsocat\b", said.stderr
    )
    assert "python3-venv" not in said.stderr  # it is there
    assert not (tree / ".venv").exists()


@pytest.mark.parametrize("command", ["test", "lint", "fmt", "lock"])
def test_in_a_tree_that_may_only_be_read_what_writes_into_it_says_so(tree: Path, command: str) -> None:
    tree.chmod(0o555)
    line = [str(tree / "dev"), command]
    if os.geteuid() == 0:
        line = ["setpriv", f"--bounding-set={POWERS}", *line]
    said = subprocess.run(line, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=FOR_EVER, check=False)
    tree.chmod(0o755)
    assert (said.returncode, said.stdout) == (1, "")
    assert re.fullmatch(rf"\./dev: .* may only be read by \S+, and {command} writes into it: .*\n", said.stderr)


def test_a_machine_without_apt_is_told_so(tree: Path, nobody: dict[str, str]) -> None:
    (Path(nobody["PATH"]) / "apt-get").unlink(missing_ok=True)
    said = dev(tree, "test", env=nobody)
    assert (said.returncode, said.stdout) == (1, "")
    assert "this is no Debian" in said.stderr


def test_once_it_is_set_up_a_run_says_nothing(settled: Path) -> None:
    again = dev(settled, "run")
    assert (again.stdout, again.stderr) == ("demo got demo\n", "")


def test_a_changed_lock_file_is_installed_once(settled: Path) -> None:
    (settled / "requirements.lock").write_text("# something else\n")
    assert "Python packages" in dev(settled, "run").stderr
    assert dev(settled, "run").stderr == ""


def test_a_set_up_that_was_cut_off_goes_on_from_there(settled: Path) -> None:
    (settled / ".venv" / "requirements.lock.done").unlink()
    again = dev(settled, "run")
    assert "Python packages" in again.stderr
    assert "Python environment" not in again.stderr


def test_a_package_that_cannot_be_had_is_said_in_pips_own_words(settled: Path) -> None:
    before = (settled / "requirements.lock").read_text()
    (settled / "requirements.lock").write_text(f"noren-has-no-such-package==0 --hash=sha256:{'0' * 64}\n")
    said = dev(settled, "run", env={**os.environ, "PIP_NO_INDEX": "1"})
    assert (said.returncode, said.stdout) == (1, "")
    assert "No matching distribution found for noren-has-no-such-package" in said.stderr
    assert "run the same command again" in said.stderr
    (settled / "requirements.lock").write_text(before)


def test_a_running_demo_does_not_hold_up_another_set_up(settled: Path) -> None:
    (settled / "edge" / "__main__.py").write_text("print('up', flush=True)\ninput()\n")
    with subprocess.Popen(
        [settled / "dev", "run"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout
        assert running.stdout.readline() == "up\n"
        (settled / "edge" / "__main__.py").write_text(DEMO)
        assert dev(settled, "run").stdout == "demo got demo\n"
        running.communicate("\n")


def test_half_an_environment_is_made_anew(settled: Path) -> None:
    shutil.rmtree(next((settled / ".venv" / "lib").glob("python3*/site-packages")) / "pip")
    assert "Python environment" in dev(settled, "run").stderr
    assert dev(settled, "run").stderr == ""


# What a machine may say of its memory folder (its file system, how it is mounted, free GB) and what TMPDIR is; what is used.
MEMORY = {
    "room": (("tmpfs", "rw,nosuid,nodev", 2, ""), "/dev/shm"),
    "too little": (("tmpfs", "rw,nosuid,nodev", 1, ""), ""),
    "nothing may be run there": (("tmpfs", "rw,nosuid,nodev,noexec", 9, ""), ""),
    "a disk": (("ext2/ext3", "rw", 9, ""), ""),
    "chosen": (("tmpfs", "rw,nosuid,nodev", 2, "/elsewhere"), "/elsewhere"),
}


@pytest.mark.parametrize("machine", MEMORY)
def test_tests_write_in_memory_where_that_goes_and_elsewhere_when_told_so(
    settled: Path, tmp_path: Path, machine: str
) -> None:
    (kind, options, free, chosen), used = MEMORY[machine]
    for name, says in (("stat", kind), ("findmnt", options), ("df", f"Avail\\n{free}G")):
        (tmp_path / name).write_text(f"#!/bin/sh\nprintf '{says}\\n'\n")
        (tmp_path / name).chmod(0o755)
    (settled / "pytest.py").write_text("import os\nprint(os.environ.get('TMPDIR', ''))\n")
    dev(settled, "lint")  # sets up for tests, which wants a folder for its logs that is there
    said = dev(settled, "test", "all", env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "TMPDIR": chosen})
    assert (said.returncode, said.stdout) == (0, f"{used}\n")


def test_a_moved_tree_gets_an_environment_that_knows_its_place(settled: Path) -> None:
    moved = settled.rename(settled.with_name("elsewhere"))
    assert "Python environment" in dev(moved, "run").stderr
    python = moved / ".venv" / "bin" / "python"
    found = subprocess.run(
        [python, "-c", "import edge; print(*edge.__path__)"], cwd="/", capture_output=True, text=True
    )
    assert found.stdout == f"{moved / 'edge'}\n"
    moved.rename(settled)


def test_two_at_once_set_up_once(tree: Path) -> None:
    both = [subprocess.Popen([tree / "dev", "run"], stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = [process.communicate()[1] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sum("Python environment" in words for words in said) == 1


def test_bench_without_a_name_lists_what_can_be_measured(tree: Path) -> None:
    (tree / "tests" / "bench").mkdir(parents=True)
    (tree / "tests" / "bench" / "scan.py").write_text('"""How long a scan takes to the screen."""\n')
    (tree / "tests" / "bench" / "_chart.py").write_text('"""Not for calling."""\n')
    assert dev(tree, "bench").stdout.split(maxsplit=1) == ["scan", "How long a scan takes to the screen.\n"]


@pytest.mark.parametrize("command", ["run", "test", "check", "bench", "lint", "fmt", "lock", "matrix"])
def test_every_command_says_what_it_does_and_does_nothing(tree: Path, command: str) -> None:
    for asked in ("--help", "-h"):
        said = dev(tree, command, asked)
        assert (said.returncode, said.stderr) == (0, "")
        assert said.stdout.startswith(f"  ./dev {command}")
    assert not (tree / ".venv").exists()


@pytest.mark.parametrize("command", ["lint", "fmt", "lock"])
def test_a_command_without_arguments_takes_none(tree: Path, command: str) -> None:
    said = dev(tree, command, "--hepl", "x")
    assert said.returncode == 1
    assert f"{command} takes no arguments, and was given: --hepl x" in said.stderr
    assert not (tree / ".venv").exists()


def test_a_suite_nobody_promises_is_refused(tree: Path) -> None:
    (tree / "tests").mkdir()
    shutil.copy(ROOT / "tests" / "matrix", tree / "tests")
    said = dev(tree, "matrix", "sarge")
    assert said.returncode == 1
    assert re.search("there is no suite sarge: bookworm trixie|please install|as root", said.stderr)


def test_a_first_set_up_without_a_network_says_so(settled: Path) -> None:
    before = (settled / "requirements.lock").read_text()
    for done in (settled / ".venv").glob("*.done"):
        done.unlink()
    (settled / "requirements.lock").write_text(f"noren-has-no-such-package==0 --hash=sha256:{'0' * 64}\n")
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9", "PIP_RETRIES": "1", "PIP_CONFIG_FILE": os.devnull}
    said = dev(settled, "run", env={**os.environ, **nowhere})
    assert said.returncode == 1
    assert "there is no way to the package index from here" in said.stderr
    (settled / "requirements.lock").write_text(before)


def test_an_unknown_command_is_answered_with_those_there_are(tree: Path) -> None:
    said = dev(tree, "rnu")
    assert said.returncode == 1
    assert "./dev run" in said.stderr
    assert "there is no command called rnu" in said.stderr
