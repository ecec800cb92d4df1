"""The recipe for a Raspberry Pi OS image, on a made-up one: a table, a boot partition, and a root as small as can be."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from tests.packaging import debian_root, small_package
from tests.packaging.debian_root import MACHINE

RECIPE = Path(__file__).parents[2] / "systemd" / "raspberry-pi-image.sh"
SECTOR, MIB = 512, 1 << 20
BOOT, ROOT_AT = 8 * MIB, 16 * MIB  # bytes from the beginning
ROOT_SIZE = 24 * MIB
SFDISK, MKFS, DEBUGFS = (
    shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin") or name
    for name in ("sfdisk", "mkfs.ext4", "debugfs")
)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_package.make(tmp_path_factory.mktemp("made"), MACHINE)["run"]


def make_image(folder: Path, **about: object) -> Path:
    """An image as Raspberry Pi OS's are made: a FAT partition for the firmware, and the root."""
    tree = debian_root.make(folder / "tree", **about)  # type: ignore[arg-type]
    for name in ("opt", "proc", "sys", "dev"):
        (tree / name).mkdir(exist_ok=True)
    image = folder / "raspios.img"
    with image.open("wb") as file:
        file.truncate(ROOT_AT)
    part = folder / "root.ext4"
    subprocess.run([MKFS, "-q", "-d", str(tree), str(part), f"{ROOT_SIZE // 1024}k"], check=True)
    with image.open("ab") as file:
        file.write(part.read_bytes())
    size = (ROOT_AT - BOOT) // SECTOR
    table = f"label: dos\n{BOOT // SECTOR} {size} c\n{ROOT_AT // SECTOR} {ROOT_SIZE // SECTOR} 83\n".replace(" ", ",")
    subprocess.run([SFDISK, "--quiet", str(image)], input=table.replace("label:,", "label: "), text=True, check=True)
    return image


def recipe(*words: str | Path) -> subprocess.CompletedProcess[str]:
    as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    return subprocess.run([*as_root, "sh", str(RECIPE), *map(str, words)], capture_output=True, text=True, check=False)


def root_of(image: Path, into: Path) -> Path:
    """The image's root as a folder: it is read, not mounted."""
    into.mkdir()
    line = f"rdump / {into}"
    subprocess.run([DEBUGFS, "-R", line, f"{image}?offset={ROOT_AT}"], check=True, capture_output=True)
    return into


def loops() -> bool:
    """Whether this machine lets a file be a disk; a container may not."""
    with subprocess.Popen(
        ["sh", "-c", "exec losetup --find"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as asked:
        assert asked.stdout is not None
        name = asked.stdout.read().decode().strip()
    return bool(name) and Path(name).exists()


def test_an_image_is_grown_and_noren_is_in_it(tmp_path: Path, run: Path) -> None:
    image = make_image(tmp_path)
    said = recipe(image, run)
    if not loops():
        # nothing of the recipe but its checks can be tried here; the same installer below a folder is in test_install.py
        assert "no loop device can be had here" in said.stderr
        return
    assert said.returncode == 0, said.stderr
    assert "it is grown by 1536 MB" in said.stdout
    assert image.stat().st_size == ROOT_AT + ROOT_SIZE + 1536 * MIB
    root = root_of(image, tmp_path / "after")
    assert (root / "opt/noren/active").readlink() == Path("0.1.0")
    assert (root / "opt/noren/0.1.0/bin/noren").read_text().startswith("#!/opt/noren/0.1.0/bin/python\n")
    assert (root / "etc/systemd/system/multi-user.target.wants/noren.target").is_symlink()
    assert "noren:" in (root / "etc/passwd").read_text()
    again = recipe(image, run)
    assert again.returncode == 0, again.stderr
    assert "it is grown" not in again.stdout
    assert (
        "/dev/loop"
        not in subprocess.run(["losetup", "-j", str(image)], capture_output=True, text=True, check=True).stdout
    )
    assert str(tmp_path) not in Path("/proc/mounts").read_text()


def test_an_image_whose_debian_lacks_something_and_does_not_run_here_is_told_so(tmp_path: Path, run: Path) -> None:
    said = recipe(make_image(tmp_path, without=("libzbar0",)), run)
    assert said.returncode == 1
    words = "the image needs libzbar0, and nothing of it runs on this" if loops() else "no loop device can be had here"
    assert words in said.stderr


def test_what_is_no_image_is_told_so(tmp_path: Path, run: Path) -> None:
    (tmp_path / "no.img").write_bytes(b"\0" * MIB)
    said = recipe(tmp_path / "no.img", run)
    assert (said.returncode, said.stdout) == (1, "")
    assert (
        said.stderr
        == f"noren: {tmp_path}/no.img has no Linux partition: is it an image of Raspberry Pi OS, and unpacked (.img)?\n"
    )
    said = recipe(tmp_path / "none.img", run)
    assert said.stderr == f"noren: there is no file {tmp_path}/none.img\n"


# Programs in the way of those that need a disk or another Debian: the image's root is a folder, and apt is a line of shell
# that notes what it sees in the image and then ends the recipe, or brings what was wanted.
INSTEAD = {
    "losetup": 'case $1 in --find) echo "$TREE" ;; esac',
    "df": "echo; echo - - - 9999999 -",
    "mount": """case $2 in ext4) set -- --bind "$3" "$4" ;; esac; exec "$REAL_MOUNT" "$@" """,
    "chroot": """case $* in
      *install*)
        cat "$1/etc/resolv.conf" "$1/usr/sbin/policy-rc.d" >"$SEEN"
        if [ -n "$SIGNAL" ]; then kill "-$SIGNAL" "$PPID"; else mkdir -p "$1/${BRINGS%/*}" && touch "$1/$BRINGS"; fi ;;
    esac""",
}
ZBAR = f"usr/lib/{MACHINE}-linux-gnu/libzbar.so.0"
OWN = "etc/resolv.conf", "usr/sbin/policy-rc.d"


def in_a_folder(tmp_path: Path, run: Path, number: int = 0) -> subprocess.CompletedProcess[str]:
    """The recipe over the folder that the image was made of; a signal, if any, meets it while apt installs."""
    way = tmp_path / "way"
    way.mkdir(exist_ok=True)
    for name, text in INSTEAD.items():
        (way / name).write_text(f"#!/bin/sh\n{text}\n")
        (way / name).chmod(0o755)
    env = {
        **os.environ,
        "PATH": f"{way}:{os.environ['PATH']}:/usr/sbin:/sbin",
        "REAL_MOUNT": shutil.which("mount") or "/bin/mount",
        "TMPDIR": str(tmp_path),
        "TREE": str(tmp_path / "tree"),
        "SEEN": str(tmp_path / "seen"),
        "SIGNAL": str(number or ""),
        "BRINGS": ZBAR,
    }
    alone = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    return subprocess.run(
        [*alone, "sh", str(RECIPE), str(tmp_path / "raspios.img"), str(run)],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )


def own_files(tmp_path: Path, policy: str | None) -> dict[str, object]:
    """An image that lacks a package; its name servers are behind a link that leads nowhere here, as systemd-resolved's is."""
    make_image(tmp_path, without=("libzbar0",))
    names, script = (tmp_path / "tree" / name for name in OWN)
    names.symlink_to("../run/systemd/resolve/stub-resolv.conf")
    if policy is not None:
        script.write_text(policy)
    return found(tmp_path)


def found(tmp_path: Path) -> dict[str, object]:
    picture = debian_root.picture(tmp_path / "tree")
    return {name: about[-1] for name, about in picture.items() if name in OWN or name.startswith(".")}


@pytest.mark.parametrize("policy", [None, "#!/bin/sh\nexit 0\n"])
def test_the_image_has_its_own_files_again_after_apt(tmp_path: Path, run: Path, policy: str | None) -> None:
    before = own_files(tmp_path, policy)
    said = in_a_folder(tmp_path, run)
    assert said.returncode == 0, said.stderr
    assert (tmp_path / "seen").read_text() == Path("/etc/resolv.conf").read_text() + "#!/bin/sh\nexit 101\n"
    assert found(tmp_path) == before
    assert (tmp_path / "tree/opt/noren/active").is_symlink()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_recipe_that_is_interrupted_leaves_nothing_of_this_machine(tmp_path: Path, run: Path, number: int) -> None:
    before = own_files(tmp_path, None)
    assert in_a_folder(tmp_path, run, number).returncode == 1
    assert (tmp_path / "seen").exists()
    assert found(tmp_path) == before


@pytest.mark.parametrize("policy", [None, "#!/bin/sh\nexit 0\n"])
def test_after_a_recipe_that_was_killed_the_next_one_mends_the_image(
    tmp_path: Path, run: Path, policy: str | None
) -> None:
    before = own_files(tmp_path, policy)
    assert in_a_folder(tmp_path, run, signal.SIGKILL).returncode == -signal.SIGKILL
    assert found(tmp_path) != before
    said = in_a_folder(tmp_path, run)
    assert said.returncode == 0, said.stderr
    assert found(tmp_path) == before
