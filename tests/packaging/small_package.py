"""A package like `./dev bundle` makes, small enough to be installed many times in a test: our own tree, pip, and no library."""

import tomllib
import zipfile
from email.parser import HeaderParser
from importlib import metadata
from pathlib import Path

from tests.packaging import bundle

ROOT = Path(__file__).parents[2]
WHEN = 1_700_000_000
PIP = "pip"
WHOLE, ONE_FILE = ("edge", "firmware_bridge", "sync", "ui"), ()


def make(into: Path, machine: str, *, version: str = "0.1.0", trees: tuple[str, ...] = ONE_FILE) -> dict[str, Path]:
    """The .tar, .run and .deb of a version, by their kind. With `trees` it has those of ours, else a command that says hello."""
    into.mkdir(parents=True, exist_ok=True)
    wheels = into / "others"
    wheels.mkdir(exist_ok=True)
    _pip(wheels)
    own = _noren(into, version, trees)
    made = bundle.make(bundle.contents(own, wheels, machine, WHEN, lock="# nothing\n"), into, WHEN)
    return {path.suffix.removeprefix("."): path for path in made}


def _write(wheel: Path, about: str, files: dict[str, bytes]) -> Path:
    files[f"{about}/RECORD"] = "".join(f"{name},,\n" for name in [*files, f"{about}/RECORD"]).encode()
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as it:
        for name, content in files.items():
            it.writestr(zipfile.ZipInfo(name), content)
    return wheel


def _pip(folder: Path) -> Path:
    """The pip that this environment has, as the wheel it came from."""
    found = metadata.distribution(PIP)
    there = {
        str(path): Path(str(path.locate())).read_bytes()
        for path in found.files or ()
        if ".." not in path.parts and path.suffix != ".pyc" and path.name not in {"RECORD", "REQUESTED", "INSTALLER"}
    }
    tag = HeaderParser().parsestr(found.read_text("WHEEL") or "")["Tag"]
    return _write(folder / f"{PIP}-{found.version}-{tag}.whl", f"{PIP}-{found.version}.dist-info", there)


def _noren(folder: Path, version: str, trees: tuple[str, ...]) -> Path:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    about = f"noren-{version}.dist-info"
    script = project["scripts"]["noren"]
    files: dict[str, bytes] = {}
    for tree in trees:
        for path in sorted((ROOT / tree).rglob("*")):
            if path.is_file() and path.suffix != ".pyc" and "vendor" not in path.parts:
                files[str(path.relative_to(ROOT))] = path.read_bytes()
    if not trees:
        module, function = script.split(":")
        files[module.replace(".", "/") + ".py"] = f"def {function}() -> None:\n    print('{version}')\n".encode()
    shared = f"noren-{version}.data/data/share/noren/systemd"
    files |= {f"{shared}/{path.name}": path.read_bytes() for path in (ROOT / "systemd").iterdir() if path.is_file()}
    words = f"Metadata-Version: 2.1\nName: noren\nVersion: {version}\nSummary: {project['description']}\n"
    files[f"{about}/METADATA"] = words.encode()
    files[f"{about}/WHEEL"] = b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    files[f"{about}/entry_points.txt"] = f"[console_scripts]\nnoren = {script}\n".encode()
    return _write(folder / f"noren-{version}-py3-none-any.whl", about, files)
