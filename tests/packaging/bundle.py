"""`./dev bundle`: what a box of each kind is installed from without a network.

A tar has the package, its locked libraries for two Pythons, the units, the installer, a list of parts (CycloneDX) and the
sums of all of it. HQ signs it (`noren hq sign`), a box checks it (`noren verify`). The .run is the same with a script before
it, the .deb the same for apt. The same tree gives the same files.
"""

import argparse
import hashlib
import io
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from tests.packaging import deb, run_file, sbom

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements.lock"
SYSTEMD = ROOT / "systemd"
SUMS, PARTS, ABOUT = "SHA256SUMS", "sbom.cdx.json", "package.txt"
DISK_BLOCK = 4096  # bytes: what a file's size is rounded up to on a disk
GLIBC = range(36, 16, -1)  # Debian 12 has 2.36; below 2.17 the tags have names of their own


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A kind of box."""

    machine: str
    python: str

    @property
    def tags(self) -> list[str]:
        """What pip takes for it, best first (PEP 600)."""
        old = ["manylinux2014", *(["manylinux2010", "manylinux1"] if self.machine == "x86_64" else []), "linux"]
        names = [*(f"manylinux_2_{minor}" for minor in GLIBC), *old]
        return [word for name in names for word in ("--platform", f"{name}_{self.machine}")]

    @property
    def place(self) -> dict[str, str]:
        """What markers are judged by there (PEP 508)."""
        return {
            "python_version": self.python,
            "python_full_version": f"{self.python}.0",
            "implementation_name": "cpython",
            "platform_python_implementation": "CPython",
            "platform_machine": self.machine,
            "platform_system": "Linux",
            "sys_platform": "linux",
            "os_name": "posix",
        }


TARGETS = [Target(machine=machine, python=python) for machine in ("x86_64", "aarch64") for python in ("3.11", "3.13")]


def locked(text: str, target: Target) -> list[str]:
    """The lines of a lock file that count at a target, with their hashes and without their markers."""
    found = []
    for line in text.replace("\\\n", " ").splitlines():
        words, _, hashes = line.partition(" --hash")
        if not words.strip() or words.startswith("#"):
            continue
        want = Requirement(words)
        if want.marker is None or want.marker.evaluate(target.place):
            found.append(f"{want.name}{want.specifier} --hash{hashes}")
    return found


def fetch(target: Target, folder: Path) -> None:
    """Have pip fetch the wheels of a target, each by its hash. Raises CalledProcessError."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as wanted:
        wanted.write("\n".join(locked(LOCK.read_text(encoding="utf-8"), target)))
        wanted.flush()
        abi = f"cp{target.python.replace('.', '')}"
        subprocess.run(
            [
                *(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"),
                *("--require-hashes", "--only-binary", ":all:", "--implementation", "cp"),
                *("--python-version", target.python, "--abi", abi, "--abi", "abi3", "--abi", "none"),
                *(*target.tags, "--dest", str(folder), "-r", wanted.name),
            ],
            check=True,
        )


def pack(files: Sequence[tuple[str, bytes | Path]], target: Path, when: int) -> None:
    """A tar of plain files, the sums of all first: by name, of nobody's, all of one time."""
    listed = sorted(files)
    text = "".join(f"{_sum(content)}  {name}\n" for name, content in listed).encode()
    with tarfile.open(target, "w", format=tarfile.USTAR_FORMAT) as tar:
        for name, content in [(SUMS, text), *listed]:
            size, stream = _opened(content)
            about = tarfile.TarInfo(name)
            about.size, about.mtime, about.mode = size, when, 0o644
            with stream:
                tar.addfile(about, stream)


def _opened(content: bytes | Path) -> tuple[int, io.BufferedIOBase]:
    if isinstance(content, bytes):
        return len(content), io.BytesIO(content)
    return content.stat().st_size, content.open("rb")


def _sum(content: bytes | Path) -> str:
    with _opened(content)[1] as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def contents(own: Path, folder: Path, machine: str, when: int, lock: str) -> dict[str, bytes | Path]:
    """What a package for a machine has in it, by name; `folder` has the wheels of others."""
    paths = sorted(folder.glob("*.whl"))
    (ours,), others = sbom.wheels([own]), sbom.wheels(paths)
    files: dict[str, bytes | Path] = {f"wheels/{path.name}": path for path in [own, *paths]}
    about = [f"version {ours.version}", f"machine {machine}", f"summary {ours.about['Summary']}"]
    about.append(f"maintainer {deb.maintainer(ours.about)}")
    for target in TARGETS:
        if target.machine == machine:
            wanted = "\n".join([f"noren=={ours.version} --hash=sha256:{ours.digest}", *locked(lock, target)]) + "\n"
            files[f"requirements-{target.python}.txt"] = wanted.encode()
            there = sum(_kib_on_disk(one.path) for one in [ours, *others] if one.digest in wanted)
            about.append(f"kib-{target.python} {there}")
    files |= {f"systemd/{path.name}": path for path in SYSTEMD.iterdir() if path.is_file()}
    files["requirements.lock"] = lock.encode()
    files[PARTS] = sbom.document(ours, others, when).encode()
    files[ABOUT] = ("\n".join(about) + "\n").encode()
    return files


def _kib_on_disk(wheel: Path) -> int:
    with zipfile.ZipFile(wheel) as it:
        return sum(-(-one.file_size // DISK_BLOCK) for one in it.infolist()) * DISK_BLOCK // 1024


def make(files: dict[str, bytes | Path], into: Path, when: int) -> list[Path]:
    """The three files of a package, each whole or not at all."""
    about = files[ABOUT]
    assert isinstance(about, bytes)
    said = dict(line.split(" ", 1) for line in about.decode().splitlines())
    stem = f"noren-{said['version']}-{said['machine']}"
    made = []
    parts: tuple[tuple[Path, Callable[[Path], None]], ...] = (
        (into / f"{stem}.tar", lambda part: pack(list(files.items()), part, when)),
        (into / f"{stem}.run", lambda part: run_file.write(into / f"{stem}.tar", part, said)),
        (into / deb.name(said), lambda part: deb.write(into / f"{stem}.tar", part, said, when)),
    )
    for place, write in parts:
        part = place.with_suffix(".part")
        write(part)
        shutil.move(part, place)
        made.append(place)
    return made


def main() -> int:
    """Make the packages beside the wheel in dist/."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("own", type=Path, help="The package, as `./dev wheel` makes it.")
    asked.add_argument("when", type=int, help="Unix seconds of the last commit: the time of all that is in it.")
    words = asked.parse_args()
    into = words.own.parent
    for machine in sorted({target.machine for target in TARGETS}):
        with tempfile.TemporaryDirectory() as name:
            for target in TARGETS:
                if target.machine == machine:
                    print(f"fetching {machine}, Python {target.python}", flush=True)
                    fetch(target, Path(name))
            files = contents(words.own, Path(name), machine, words.when, LOCK.read_text(encoding="utf-8"))
            for place in make(files, into, words.when):
                print(f"{place}: {place.stat().st_size / 1e6:.0f} MB, SHA-256 {_sum(place)}")
        parts = files[PARTS]
        assert isinstance(parts, bytes)
        (into / f"noren-{machine}.cdx.json").write_bytes(parts)
    return 0


if __name__ == "__main__":
    sys.exit(main())
