"""The installer, below a root of its own: what it lays down, that it may be run again, and that it may be killed."""

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from hashlib import md5
from pathlib import Path

import pytest

from sync.update import package
from tests.packaging import bundle, debian_root, small_package
from tests.packaging.debian_root import MACHINE, PYTHON, install, picture, run_inside
from tests.support.small_disk import small_disk

ROOT = Path(__file__).parents[2]
ENABLED = "etc/systemd/system/multi-user.target.wants/noren.target"
UNITS = "usr/local/lib/systemd/system"
OTHER = {"x86_64": "aarch64", "aarch64": "x86_64"}[MACHINE]


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The .run of a version."""
    return small_package.make(tmp_path_factory.mktemp("old"), MACHINE, version="0.1.0")["run"]


@pytest.fixture(scope="module")
def new(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """That of a later one."""
    return small_package.make(tmp_path_factory.mktemp("new"), MACHINE, version="0.2.0")["run"]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return debian_root.make(tmp_path / "root")


def installed(run: Path, root: Path, *words: str) -> str:
    said = install(run, "--root", str(root), *words)
    assert said.returncode == 0, said.stderr
    return said.stdout


def below(root: Path, place: Path) -> Path:
    """Where a place of the box is below the root; its `active` is no link of this machine's."""
    return root / place.relative_to("/")


def version_of(root: Path) -> str:
    return run_inside(root, "/opt/noren/active/bin/noren").strip()


def test_a_version_is_installed_and_wanted_at_boot(root: Path, old: Path) -> None:
    told = installed(old, root)
    assert told.endswith("noren: 0.1.0 is in /opt/noren/0.1.0\n")
    assert (root / "opt/noren/active").readlink() == Path("0.1.0")
    assert version_of(root) == "0.1.0"
    assert run_inside(root, f"{root}/usr/local/bin/noren").strip() == "0.1.0"
    assert (root / ENABLED).readlink() == Path(f"/{UNITS}/noren.target")
    units = {path.name for path in (root / UNITS).iterdir()}
    assert units == {path.name for path in [*ROOT.glob("systemd/noren*.service"), ROOT / "systemd/noren.target"]}
    for place in [*(root / UNITS).iterdir(), *root.glob("usr/local/lib/*.d/*"), *root.glob("usr/local/lib/udev/*/*")]:
        assert below(root, place.readlink()).is_file(), place
    assert "noren:" in (root / "etc/passwd").read_text()
    assert (root / "etc/noren/keys").stat().st_mode & 0o777 == 0o700
    left = {path.name for path in (root / "opt/noren").iterdir()}
    assert left == {"0.1.0", "active"}


def test_systemd_finds_the_units_and_that_the_target_is_enabled(root: Path, old: Path) -> None:
    installed(old, root)
    said = subprocess.run(
        ["systemctl", f"--root={root}", "is-enabled", "noren.target"], capture_output=True, text=True, check=False
    )
    assert said.stdout == "enabled\n", said.stderr


def test_a_second_run_changes_nothing(root: Path, old: Path) -> None:
    installed(old, root)
    before = picture(root)
    installed(old, root)
    assert picture(root) == before


def test_what_is_there_already_stays_as_it_is(root: Path, old: Path, new: Path) -> None:
    mine = {
        "etc/noren/noren.toml": "[store]\n",
        "var/lib/noren/store.db": "rows",
        "usr/local/bin/noren": "#!/bin/sh\n",
        "etc/systemd/system/noren-web.service.d/own.conf": "[Service]\n",
    }
    for name, text in mine.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    for run in (old, new):
        assert "/usr/local/bin/noren is there already" in installed(run, root)
    assert {name: (root / name).read_text() for name in mine} == mine


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("usr/local/bin/noren", "/srv/noren/bin/noren"),
        (f"{UNITS}/noren-front.service", "/dev/null"),
        (ENABLED, "/etc/systemd/system/noren.target"),
    ],
)
def test_a_link_somebody_has_made_stays_and_is_named(root: Path, old: Path, new: Path, name: str, target: str) -> None:
    (root / name).parent.mkdir(parents=True)
    (root / name).symlink_to(target)
    assert f"noren: /{name} is there already, and stays as it is\n" in installed(old, root)
    for words in ((), ("--uninstall",)):
        installed(new, root, *words)
        assert (root / name).readlink() == Path(target)


def test_who_has_switched_it_off_finds_it_so_after_an_update(root: Path, old: Path, new: Path) -> None:
    installed(old, root)
    subprocess.run(["systemctl", f"--root={root}", "--quiet", "disable", "noren.target"], check=True)
    assert not (root / ENABLED).is_symlink()
    installed(new, root)
    assert not (root / ENABLED).is_symlink()
    assert (root / UNITS / "noren.target").is_symlink()


def test_another_version_comes_beside_the_one_before_and_only_that_stays(root: Path, old: Path, new: Path) -> None:
    newest = small_package.make(root.parent / "newest", MACHINE, version="0.3.0")["run"]
    for run, version in ((old, "0.1.0"), (new, "0.2.0"), (newest, "0.3.0")):
        installed(run, root)
        assert version_of(root) == version
    assert {path.name for path in (root / "opt/noren").iterdir()} == {"0.2.0", "0.3.0", "active"}


def test_another_build_of_a_version_gets_a_folder_of_its_own(root: Path, old: Path) -> None:
    other = small_package.make(root.parent / "other", MACHINE, version="0.1.0", trees=("firmware_bridge",))["run"]
    installed(old, root)
    installed(other, root)
    name = (root / "opt/noren/active").readlink().name
    assert name.startswith("0.1.0-")
    assert (root / "opt/noren" / name / f"lib/python{PYTHON}/site-packages/firmware_bridge").is_dir()
    before = picture(root)
    installed(other, root)
    assert picture(root) == before


# Programs that the installer calls, some often: killed at any of these calls it must not have broken what was.
MOMENTS = ("sync", "mv", "systemd-sysusers", "systemd-tmpfiles", "ln", "cp", "rm")


@pytest.fixture(scope="module")
def with_old(old: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root with a version in it."""
    root = debian_root.make(tmp_path_factory.mktemp("with-old") / "root")
    installed(old, root)
    return root


@pytest.fixture(scope="module")
def updated(with_old: Path, new: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[object, ...]]:
    """What it looks like once it has been updated by an installer that nobody kills."""
    root = shutil.copytree(with_old, tmp_path_factory.mktemp("updated") / "root", symlinks=True)
    installed(new, root)
    return without_times(picture(root))


@pytest.mark.parametrize("moment", MOMENTS)
def test_an_installer_that_is_killed_is_completed_by_the_next(
    with_old: Path, new: Path, updated: dict[str, tuple[object, ...]], moment: str, tmp_path: Path
) -> None:
    root = shutil.copytree(with_old, tmp_path / "root", symlinks=True)
    unpacked = tmp_path / "unpacked"
    unpacked.mkdir()
    subprocess.run(["tar", "-xf", str(new.with_suffix(".tar")), "-C", str(unpacked)], check=True)
    times = 0
    while killed_at(moment, times, unpacked, root, tmp_path):
        times += 1
        assert version_of(root) in {"0.1.0", "0.2.0"}
    assert times > 0, f"the installer never calls {moment}"
    assert without_times(picture(root)) == updated


def killed_at(moment: str, after: int, package: Path, root: Path, folder: Path) -> bool:
    """Run the installer with a program in its way that kills it when it is called once more than `after`; whether it did."""
    way = folder / f"way-{after}"
    way.mkdir()
    real = shutil.which(moment)
    (way / "count").write_text("")
    (way / moment).write_text(
        f'#!/bin/sh\nprintf x >>{way}/count\n[ "$(wc -c <{way}/count)" -le {after} ] || kill -9 0\nexec {real} "$@"\n'
    )
    (way / moment).chmod(0o755)
    said = install(
        package / "systemd/install.sh", "--root", str(root), env={**os.environ, "PATH": f"{way}:{os.environ['PATH']}"}
    )
    assert said.returncode in {0, -9, 137}, said.stderr
    return said.returncode != 0


def without_times(found: dict[str, tuple[object, ...]]) -> dict[str, tuple[object, ...]]:
    """What two runs of the installer must agree in; what Python compiles has times in it."""
    return {
        name: (mode, uid, None if name.endswith(".pyc") else what)
        for name, (mode, uid, _, what) in found.items()
        if name != "etc/.pwd.lock"
    }


def refused(run: Path, root: Path, *words: str) -> str:
    """The one sentence it says; nothing has changed."""
    before = picture(root)
    said = install(run, "--root", str(root), *words)
    assert said.returncode == 1
    assert picture(root) == before
    assert said.stdout == ""
    (line,) = said.stderr.splitlines()
    return line.removeprefix("noren: ")


@pytest.mark.parametrize(
    ("about", "words"),
    [
        ({"machine": OTHER}, f"this file is for {MACHINE}, and this system is for {OTHER}: take the other file"),
        (
            {"machine": "arm"},
            f"this file is for {MACHINE}, and this system is for a 32-bit system: take the other file",
        ),
        ({"python": "3.9"}, "Noren wants the Python of Debian 12 or 13 (3.11 3.13); /usr/bin/python3 here is 3.9"),
        ({"python": "3.12"}, "Noren wants the Python of Debian 12 or 13 (3.11 3.13); /usr/bin/python3 here is 3.12"),
        (
            {"without": ("libzbar0", "haproxy")},
            "first, with a network:  apt-get install --no-install-recommends haproxy libzbar0",
        ),
        ({"without": ("python3",)}, "first, with a network:  apt-get install --no-install-recommends python3"),
    ],
)
def test_a_box_that_cannot_have_it_is_told_so_and_is_left_as_it_was(
    tmp_path: Path, old: Path, about: dict[str, object], words: str
) -> None:
    assert refused(old, debian_root.make(tmp_path / "root", **about)) == words  # type: ignore[arg-type]


def test_units_of_an_installation_made_by_hand_are_named_and_one_that_was_edited_is_not(root: Path, old: Path) -> None:
    unit = root / "etc/systemd/system/noren-web.service"
    unit.parent.mkdir(parents=True, exist_ok=True)
    unit.write_text("[Service]\nExecStart=/opt/noren/venv/bin/noren run web\n")
    assert refused(old, root).startswith(f"{unit} is of an installation made by hand")
    unit.write_text("[Service]\nExecStart=/opt/noren/active/bin/noren run web\n")
    installed(old, root)


def test_a_damaged_file_is_not_installed(root: Path, old: Path, tmp_path: Path) -> None:
    content = old.read_bytes()
    for name, bad in (("cut.run", content[:-2000]), ("bit.run", content[:90_000] + b"?" + content[90_001:])):
        assert bad != content
        (tmp_path / name).write_bytes(bad)
        assert refused(tmp_path / name, root) == f"{tmp_path / name} is damaged or cut off: copy it here again"


def test_a_damaged_file_of_an_unpacked_package_is_not_installed(root: Path, old: Path, tmp_path: Path) -> None:
    subprocess.run(["tar", "-xf", str(old.with_suffix(".tar")), "-C", str(tmp_path)], check=True)
    (tmp_path / "systemd/noren-web.service").write_text("[Service]\nExecStart=/bin/true\n")
    line = refused(tmp_path / "systemd/install.sh", root)
    assert line == "a file of the package is damaged: copy it here again"


def test_too_little_room_is_said_before_anything_is_written(tmp_path: Path, old: Path) -> None:
    with small_disk(tmp_path / "disk", 1) as disk:
        line = refused(old, debian_root.make(disk / "root"))
    assert line.startswith("this takes ")
    assert f"MB are free in {disk / 'root'}" in line


def test_only_root_may_change_the_system_it_runs_on(old: Path) -> None:
    nobody = ["setpriv", "--reuid=65534", "--clear-groups"] if os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory() as name:  # a test's own folder lies in one that only its user may enter
        folder = Path(name)
        folder.chmod(0o755)
        shutil.copy(old, folder / "noren.run")
        said = subprocess.run(
            [*nobody, "sh", str(folder / "noren.run")], capture_output=True, text=True, cwd="/", check=False
        )
    assert (said.returncode, said.stderr) == (1, "noren: only root may install: run the same with sudo\n")


@pytest.mark.parametrize("words", [(), ("--uninstall",), ("--uninstall", "--purge")])
def test_beside_another_installer_it_neither_installs_nor_uninstalls(
    root: Path, old: Path, words: tuple[str, ...]
) -> None:
    installed(old, root)
    with subprocess.Popen(["flock", str(root / "opt/noren"), "cat"], stdin=subprocess.PIPE) as holding:
        waiting = subprocess.run(["flock", "-n", str(root / "opt/noren"), "true"], check=False)
        while waiting.returncode == 0:  # it has not got it yet
            waiting = subprocess.run(["flock", "-n", str(root / "opt/noren"), "true"], check=False)
        assert refused(old, root, *words) == "another installer is running: run this again when it has ended"
        holding.communicate()


CONFFILES = ("etc/haproxy/haproxy.cfg", "etc/default/haproxy")
WANTED = "etc/systemd/system/multi-user.target.wants/haproxy.service"


def put_haproxy(root: Path) -> None:
    """What Debian's haproxy brings, as dpkg knows it: its unit, enabled, and the files of its settings."""
    texts = {name: f"# {name}\n" for name in CONFFILES}
    unit = "usr/lib/systemd/system/haproxy.service"
    texts[unit] = "[Service]\nExecStart=/usr/sbin/haproxy\n[Install]\nWantedBy=multi-user.target\n"
    lines = "".join(f" /{name} {md5(texts[name].encode()).hexdigest()}\n" for name in CONFFILES)
    texts["var/lib/dpkg/status"] = (
        "Package: haproxy\nStatus: install ok installed\nMaintainer: nobody\nArchitecture: all\nVersion: 2.6\n"
        f"Conffiles:\n{lines}Description: x\n"
    )
    for name, text in texts.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    (root / WANTED).parent.mkdir(parents=True)
    (root / WANTED).symlink_to(f"/{unit}")


@pytest.mark.parametrize(
    ("changed", "text", "goes_on"),
    [
        ("etc/hostname", "box\n", False),
        ("etc/haproxy/haproxy.cfg", "frontend shop\n", True),
        ("etc/default/haproxy", 'CONFIG="/etc/haproxy/shop.cfg"\n', True),
        ("etc/systemd/system/haproxy.service.d/override.conf", "[Service]\nEnvironment=CONFIG=/srv/shop.cfg\n", True),
        ("etc/systemd/system/haproxy.service", "[Service]\nExecStart=/usr/sbin/haproxy -f /srv/shop.cfg\n", True),
    ],
)
def test_debians_idle_haproxy_is_ended_and_one_with_settings_of_somebodys_goes_on(
    root: Path, old: Path, changed: str, text: str, goes_on: bool
) -> None:
    put_haproxy(root)
    (root / changed).parent.mkdir(parents=True, exist_ok=True)
    (root / changed).write_text(text)
    installed(old, root)
    assert (root / WANTED).is_symlink() == goes_on


@pytest.mark.parametrize("purge", [False, True])
def test_it_goes_without_a_trace_but_data_and_settings_stay_unless_told(root: Path, old: Path, purge: bool) -> None:
    kept = ("etc/noren/noren.toml", "var/lib/noren/store.db", "etc/credstore.encrypted/noren-data-key")
    for name in kept:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("mine")
    before = set(picture(root))
    installed(old, root)
    told = installed(old, root, "--uninstall", *(["--purge"] if purge else []))
    assert ("stay" in told) != purge
    assert [(root / name).exists() for name in kept] == [not purge] * len(kept)
    left = set(picture(root)) - before
    accounts = {
        "etc/gshadow",
        "etc/shadow",
        "etc/.pwd.lock",
        "etc/passwd-",
        "etc/group-",
        "etc/gshadow-",
        "etc/shadow-",
    }
    folders = {"opt", "usr/local", "usr/local/bin", "usr/local/lib", "etc/noren/keys"}
    folders |= {"etc/systemd", "etc/systemd/system", "etc/systemd/system/multi-user.target.wants"}
    assert left <= accounts | folders
    assert installed(old, root, "--uninstall").startswith("noren: it is gone")  # a second time


def test_what_is_installed_can_take_itself_away(root: Path, old: Path) -> None:
    installed(old, root)
    installed(root / "opt/noren/active/systemd/install.sh", root, "--uninstall")
    assert not (root / "opt/noren").exists()


def test_an_installed_installer_says_that_it_has_nothing_to_install(root: Path, old: Path) -> None:
    installed(old, root)
    assert refused(root / "opt/noren/active/systemd/install.sh", root).startswith("there is no package beside ")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--frobnicate"], "there is no option --frobnicate; --help lists them"),
        (["--purge"], "--purge goes with --uninstall"),
        (["--root", "/no/such"], "--root wants a folder, and was given: /no/such"),
    ],
)
def test_a_word_it_does_not_know_is_said(root: Path, old: Path, words: list[str], said: str) -> None:
    assert refused(old, root, *words) == said


def test_the_whole_of_noren_runs_from_where_it_was_installed(tmp_path: Path, root: Path) -> None:
    """With the libraries of this environment: those of a package are tried in a fresh Debian (`./dev bench install`)."""
    run = small_package.make(tmp_path / "whole", MACHINE, trees=small_package.WHOLE)["run"]
    installed(run, root)
    (packages,) = (root / "opt/noren/active/lib").glob("python*/site-packages")
    env = {**os.environ, "PYTHONPATH": str(packages)}
    store, hq = tmp_path / "HQ/stores/ginza", ["--dir", "HQ"]
    for words in (
        ["--version"],
        ["hq", "init", *hq, "--chain", "hanada", "--broker", "mqtts://broker.example.com"],
        ["hq", "stores", "add", "ginza", *hq],
        ["check", "--config", str(store / "noren.toml")],
    ):
        if words[0] == "check":
            about = '[store]\nchain = "hanada"\nid = "ginza"\ndata = "data"\n'
            (store / "noren.toml").write_text(about + (store / "hq.toml").read_text())
        said = subprocess.run(
            [sys.executable, "-P", "-m", "edge", *words],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=env,
            check=False,
        )
        assert said.returncode == 0, said.stderr
    assert "nothing is wrong" in said.stdout
    where = subprocess.run(
        [sys.executable, "-P", "-c", "import edge; print(edge.__file__)"],
        capture_output=True,
        text=True,
        env=env,
        check=True,
    )
    assert where.stdout.startswith(str(packages))


SESSION = "[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n"


def with_a_session(run: Path, into: Path) -> Path:
    """The package of a .run, unpacked, with one unit more: one for several instances, as a kiosk session for each user is."""
    with tarfile.open(run.with_suffix(".tar")) as tar:
        files = {one.name: content.read() for one in tar if (content := tar.extractfile(one))}
    del files["SHA256SUMS"]
    bundle.pack([*files.items(), ("systemd/noren-kiosk@.service", SESSION.encode())], into.with_suffix(".tar"), 1)
    package.read_package(into.with_suffix(".tar"))
    shutil.unpack_archive(into.with_suffix(".tar"), into)
    return into / "systemd/install.sh"


def test_what_systemctl_enables_stays_enabled_over_updates_and_goes_with_the_rest(
    root: Path, old: Path, new: Path, tmp_path: Path
) -> None:
    first, second = with_a_session(old, tmp_path / "first"), with_a_session(new, tmp_path / "second")
    installed(first, root)
    assert below(root, (root / UNITS / "noren-kiosk@.service").readlink()).read_text() == SESSION
    names = ("noren-kiosk@tablet.service", "noren.target")
    systemctl = ["systemctl", f"--root={root}", "--quiet"]
    subprocess.run([*systemctl, "disable", "noren.target"], check=True)
    subprocess.run([*systemctl, "enable", *names], check=True)
    wants = (root / ENABLED).parent
    for again in (second, second):
        installed(again, root)
        links = {path.name: str(path.readlink()) for path in wants.iterdir()}
        assert links == dict(zip(names, (f"/{UNITS}/noren-kiosk@.service", f"/{UNITS}/noren.target"), strict=True))
        assert [path.name for path in wants.parent.iterdir()] == [wants.name]
        subprocess.run([*systemctl, "is-enabled", *names], check=True)
    subprocess.run([*systemctl, "disable", "noren-kiosk@tablet.service"], check=True)
    subprocess.run([*systemctl, "enable", "noren-kiosk@tablet.service"], check=True)
    installed(second, root, "--uninstall")
    assert [*wants.iterdir()] == []
    assert [path.name for path in wants.parent.iterdir()] == [wants.name]


def test_the_image_of_another_processor_and_debian_gets_its_own_wheels(tmp_path: Path) -> None:
    """Nothing of it runs here: pip lays down what the image's Python will find."""
    other = {"3.11": "3.13", "3.13": "3.11"}[PYTHON]
    run = small_package.make(tmp_path / "made", OTHER)["run"]
    root = debian_root.make(tmp_path / "root", machine=OTHER, python=other)
    installed(run, root)
    home = root / "opt/noren/active"
    assert (home / "bin/python").readlink() == Path(f"/usr/bin/python{other}")
    assert (home / f"lib/python{other}/site-packages/noren-0.1.0.dist-info").is_dir()
    assert f"version = {other}\n" in (home / "pyvenv.cfg").read_text()
    caches = {path.stem.rpartition(".")[2] for path in home.rglob("*.pyc")}
    assert caches <= {f"cpython-{other.replace('.', '')}"}  # what another Python compiles is of no use to it
