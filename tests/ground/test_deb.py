"""The .deb and the .run: the same files again from the same tree, and what apt and a shell find in them."""

import shutil
import subprocess
import tarfile
from email.parser import HeaderParser
from hashlib import md5
from pathlib import Path

import pytest

from sync.update import package
from tests.packaging import deb, debian_root, small_package
from tests.packaging.debian_root import MACHINE, install

OTHER = {"x86_64": "aarch64", "aarch64": "x86_64"}[MACHINE]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A package in its three forms."""
    return small_package.make(tmp_path_factory.mktemp("made"), MACHINE)


def dpkg(*words: str | Path) -> str:
    return subprocess.run(["dpkg-deb", *map(str, words)], capture_output=True, text=True, check=True).stdout


def unpacked_by_dpkg(package: Path, root: Path) -> subprocess.CompletedProcess[str]:
    """Have dpkg unpack a .deb below a root of its own; nothing of the package is run."""
    (root / "var/lib/dpkg/updates").mkdir(parents=True)
    for name in ("status", "available"):
        (root / "var/lib/dpkg" / name).touch()
    command = ["dpkg", f"--root={root}", "--force-not-root", "--unpack", str(package)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def unpacked(made: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The .deb as dpkg unpacks it; what is for dpkg itself is in DEBIAN."""
    folder = tmp_path_factory.mktemp("unpacked") / "root"
    dpkg("--raw-extract", made["deb"], folder)
    return folder


def test_the_same_tree_gives_the_same_files(made: dict[str, Path], tmp_path: Path) -> None:
    again = small_package.make(tmp_path, MACHINE)
    assert sorted(made) == ["deb", "run", "tar"]
    for kind, path in made.items():
        assert path.name == again[kind].name
        assert path.read_bytes() == again[kind].read_bytes(), kind


@pytest.mark.parametrize(
    ("version", "machine", "name"),
    [
        ("0.2.0", "x86_64", "noren_0.2.0_amd64.deb"),
        ("0.2.0rc1", "aarch64", "noren_0.2.0~rc1_arm64.deb"),
        ("1.0b2", "aarch64", "noren_1.0~b2_arm64.deb"),
    ],
)
def test_it_has_the_name_apt_sorts_by(version: str, machine: str, name: str) -> None:
    assert deb.name({"version": version, "machine": machine}) == name


def test_what_comes_before_a_release_is_older_for_apt() -> None:
    for before, after in (("0.2.0rc1", "0.2.0"), ("0.2.0a1", "0.2.0b1"), ("0.2.0", "0.10.0")):
        words = [deb.version({"version": before}), "lt", deb.version({"version": after})]
        assert subprocess.run(["dpkg", "--compare-versions", *words], check=False).returncode == 0


def test_apt_is_told_what_it_is_and_what_it_needs(made: dict[str, Path]) -> None:
    fields = dict(line.split(": ", 1) for line in dpkg("--field", made["deb"]).splitlines() if not line.startswith(" "))
    assert fields["Package"] == "noren"
    assert fields["Architecture"] == deb.ARCHITECTURES[MACHINE]
    assert fields["Depends"] == "haproxy, libzbar0, python3 (>= 3.11), python3 (<< 3.14), systemd"
    assert "scans" in fields["Description"]
    assert int(fields["Installed-Size"]) > 1000


@pytest.mark.parametrize(
    ("about", "said"),
    [
        ("", "Noren developers"),
        ("Author-email: Hana Mori <hana@noren.jp>\n", "Hana Mori <hana@noren.jp>"),
        (
            'Author-email: a@noren.jp\nMaintainer-email: "Mori, Hana" <hana@noren.jp>, b@noren.jp\n',
            "Mori, Hana <hana@noren.jp>",
        ),
        ("Author: Hana Mori\nAuthor-email: hana@noren.jp\n", "Hana Mori <hana@noren.jp>"),
        ("Maintainer: Hana Mori, Jun Abe\n", "Hana Mori"),
    ],
)
def test_its_maintainer_is_who_pyproject_names_and_no_address_is_made_up(about: str, said: str) -> None:
    assert deb.maintainer(HeaderParser().parsestr(about)) == said


def test_dpkg_takes_a_maintainer_without_an_address(made: dict[str, Path], tmp_path: Path) -> None:
    """Debian's own archive wants an address (policy 5.6.2), dpkg does not."""
    assert dpkg("--field", made["deb"], "Maintainer") == "Noren developers\n"
    said = unpacked_by_dpkg(made["deb"], tmp_path / "root")
    assert (said.returncode, said.stderr) == (0, "")


def test_it_holds_the_package_file_for_file(made: dict[str, Path], unpacked: Path) -> None:
    with tarfile.open(made["tar"]) as tar:
        for one in tar:
            content = tar.extractfile(one)
            assert content is not None
            assert (unpacked / "usr/share/noren" / one.name).read_bytes() == content.read()
    entries = dpkg("--contents", made["deb"]).splitlines()
    assert all(line.split()[1] == "root/root" for line in entries)
    assert not any("/opt/" in line.split(" -> ")[0] for line in entries)  # what the installer makes is none of dpkg's


def test_its_sums_are_those_of_its_files(unpacked: Path) -> None:
    lines = (unpacked / "DEBIAN/md5sums").read_text().splitlines()
    told = {name: digest for digest, name in (line.split("  ") for line in lines)}
    files = [
        path for path in unpacked.rglob("*") if path.is_file() and not path.is_symlink() and "DEBIAN" not in path.parts
    ]
    assert told == {str(path.relative_to(unpacked)): md5(path.read_bytes()).hexdigest() for path in files}


def test_its_links_are_those_the_run_makes_in_usr_local(made: dict[str, Path], unpacked: Path, tmp_path: Path) -> None:
    root = debian_root.make(tmp_path / "root")
    said = install(made["run"], "--root", str(root))
    assert said.returncode == 0, said.stderr
    local = root / "usr" / "local"
    by_run = {str(path.relative_to(local)): path.readlink() for path in local.rglob("*") if path.is_symlink()}
    usr = unpacked / "usr"
    by_deb = {str(path.relative_to(usr)): path.readlink() for path in usr.rglob("*") if path.is_symlink()}
    assert by_run == by_deb
    assert len(by_deb) > 8


def test_apts_installer_makes_the_same_as_the_run_and_takes_the_runs_links_away(
    made: dict[str, Path], unpacked: Path, tmp_path: Path
) -> None:
    root = debian_root.make(tmp_path / "root")
    assert install(made["run"], "--root", str(root)).returncode == 0
    shutil.copytree(unpacked / "usr", root / "usr", symlinks=True, dirs_exist_ok=True)
    script = root / "usr/share/noren/systemd/install.sh"
    told = install(script, "--packaged", "--root", str(root))
    assert told.returncode == 0, told.stderr
    assert not [path for path in (root / "usr/local").rglob("*") if path.is_symlink()]
    assert (root / "opt/noren/active/bin/noren").is_file()
    at_boot = root / "etc/systemd/system/multi-user.target.wants/noren.target"
    assert at_boot.readlink() == Path("/usr/lib/systemd/system/noren.target")
    refused = install(made["run"], "--root", str(root))
    assert (refused.returncode, "installed by apt" in refused.stderr) == (1, True)
    refused = install(made["run"], "--root", str(root), "--uninstall")
    assert (refused.returncode, "apt-get remove noren" in refused.stderr) == (1, True)
    assert install(script, "--uninstall", "--packaged", "--root", str(root)).returncode == 0
    assert not (root / "opt/noren").exists()


def test_dpkg_refuses_another_machines(tmp_path: Path) -> None:
    said = unpacked_by_dpkg(small_package.make(tmp_path / "other", OTHER)["deb"], tmp_path / "root")
    assert said.returncode != 0
    assert "does not match system" in said.stderr


def test_headquarters_can_sign_what_the_run_carries(made: dict[str, Path]) -> None:
    found = package.read_package(made["tar"])
    assert found.version == "0.1.0"
    assert made["run"].read_bytes().endswith(made["tar"].read_bytes())
