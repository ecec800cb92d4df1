"""The .deb: the files of a package for apt, written with the standard library alone, so that the same tree gives the same.

deb(5): an `ar` of three members. What the installer makes of it in /opt/noren is no file of dpkg's: of the links that point
there dpkg is told, so that it removes them.
"""

import hashlib
import io
import tarfile
from collections.abc import Iterator, Mapping
from email.message import Message
from email.utils import getaddresses
from pathlib import Path, PurePosixPath

SYSTEMD = Path(__file__).parents[2] / "systemd"
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
FILES = "usr/share/noren"  # the package's folder, as it is in the tar
ACTIVE = "/opt/noren/active"
SCRIPTS = ("postinst", "prerm", "postrm")
NOBODY = "Noren developers"
COPYRIGHT = "usr/share/doc/noren/copyright"


def maintainer(about: Message) -> str:
    """The first maintainer, else author, that a wheel's METADATA names (from pyproject.toml), as deb-control(5) writes one.

    If none is named there is no address either: dpkg wants none, and one that was made up would lead nowhere.
    """
    for kind in ("Maintainer", "Author"):
        if addresses := getaddresses([about.get(f"{kind}-email", "")]):
            name, address = addresses[0]
            return f"{name or about.get(kind) or NOBODY} <{address}>"
        if names := about.get(kind):
            return str(names).partition(",")[0]
    return NOBODY


def version(said: Mapping[str, str]) -> str:
    """As Debian sorts it: what comes before a release has a ~."""
    number = said["version"]
    for stage in ("rc", "a", "b"):
        number = number.replace(stage, f"~{stage}")
    return number


def name(said: Mapping[str, str]) -> str:
    """What the file of a package is called whose `package.txt` says this."""
    return f"noren_{version(said)}_{ARCHITECTURES[said['machine']]}.deb"


def links() -> dict[str, str]:
    """The links of the package, by their place; systemd/install.sh makes the same in /usr/local."""
    found = {
        "usr/bin/noren": f"{ACTIVE}/bin/noren",
        "usr/lib/sysusers.d/noren.conf": f"{ACTIVE}/systemd/noren.sysusers",
        "usr/lib/tmpfiles.d/noren.conf": f"{ACTIVE}/systemd/noren.tmpfiles",
    }
    for path in SYSTEMD.glob("*.rules"):
        found[f"usr/lib/udev/rules.d/{path.name}"] = f"{ACTIVE}/systemd/{path.name}"
    for kind in ("service", "target", "timer"):
        for path in SYSTEMD.glob(f"noren*.{kind}"):
            found[f"usr/lib/systemd/system/{path.name}"] = f"{ACTIVE}/systemd/{path.name}"
    return found


def write(package: Path, target: Path, said: Mapping[str, str], when: int) -> None:
    """Write the .deb of a package's tar; `said` is what its `package.txt` says."""
    with target.with_suffix(".data").open("w+b") as data:
        try:
            sums, size = _write_data(package, data, when)
            control = _control(said, sums, size, when)
            length = data.tell()
            data.seek(0)
            with target.open("wb") as file:
                file.write(b"!<arch>\n")
                for member, content, its_length in (
                    ("debian-binary", io.BytesIO(b"2.0\n"), 4),
                    ("control.tar", io.BytesIO(control), len(control)),
                    ("data.tar", data, length),
                ):
                    _add_member(file, member, content, its_length, when)
        finally:
            Path(data.name).unlink()


def _add_member(file: io.BufferedWriter, name: str, content: io.BufferedIOBase, length: int, when: int) -> None:
    file.write(f"{name:<16}{when:<12}{0:<6}{0:<6}{'100644':<8}{length:<10}`\n".encode("ascii"))
    while chunk := content.read(1 << 20):
        file.write(chunk)
    file.write(b"\n" * (length % 2))


def _write_data(package: Path, data: io.BufferedRandom, when: int) -> tuple[str, int]:
    """data.tar; the sums of its files as md5sums has them, and their size in KiB."""
    sums, size = [], 0
    folders: set[str] = set()
    with (
        tarfile.open(package) as source,
        tarfile.open(fileobj=data, mode="w", format=tarfile.GNU_FORMAT) as tar,
    ):
        licence = (SYSTEMD.parent / "LICENSE").read_bytes()
        entries: dict[str, tarfile.TarInfo | str | bytes] = {f"{FILES}/{one.name}": one for one in source}
        entries |= links()
        entries[COPYRIGHT] = licence
        for place in sorted(entries):
            for folder in _new_folders(place, folders):
                tar.addfile(_entry(f"{folder}/", tarfile.DIRTYPE, 0o755, when))
            what = entries[place]
            if isinstance(what, str):
                entry = _entry(place, tarfile.SYMTYPE, 0o777, when)
                entry.linkname = what
                tar.addfile(entry)
                continue
            content = what if isinstance(what, bytes) else _content(source, what)
            entry = _entry(place, tarfile.REGTYPE, 0o644, when)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
            sums.append(f"{hashlib.md5(content, usedforsecurity=False).hexdigest()}  {place}\n")
            size += -(-len(content) // 1024)
    return "".join(sums), size


def _content(source: tarfile.TarFile, one: tarfile.TarInfo) -> bytes:
    stream = source.extractfile(one)
    assert stream is not None  # a package has plain files alone
    return stream.read()


def _new_folders(place: str, known: set[str]) -> Iterator[str]:
    """The folders above a place that the tar does not have yet, the outermost first."""
    for parent in reversed(PurePosixPath(place).parents):
        if (folder := str(parent)) not in known:
            known.add(folder)
            yield folder


def _entry(place: str, kind: bytes, mode: int, when: int) -> tarfile.TarInfo:
    about = tarfile.TarInfo("./" if place == "./" else f"./{place}")
    about.type, about.mode, about.mtime = kind, mode, when
    about.uname = about.gname = "root"
    return about


def _control(said: Mapping[str, str], sums: str, size: int, when: int) -> bytes:
    text = (SYSTEMD / "deb-control").read_text(encoding="utf-8")
    for word, value in {
        "VERSION": version(said),
        "ARCHITECTURE": ARCHITECTURES[said["machine"]],
        "KIB": str(size),
        "SUMMARY": said["summary"],
        "MAINTAINER": said["maintainer"],
    }.items():
        text = text.replace(f"@{word}@", value)
    files = {"control": text.encode(), "md5sums": sums.encode()}
    files |= {one: (SYSTEMD / f"deb-{one}").read_bytes() for one in SCRIPTS}
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.GNU_FORMAT) as tar:
        tar.addfile(_entry("./", tarfile.DIRTYPE, 0o755, when))
        for one, content in sorted(files.items()):
            entry = _entry(one, tarfile.REGTYPE, 0o755 if one in SCRIPTS else 0o644, when)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return made.getvalue()
