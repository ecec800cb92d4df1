"""A root folder with as much of Debian as an installer looks at, and a way to run what lies in its /opt."""

import os
import platform
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

MACHINE = platform.machine()
# Debian's own, of this machine: what is installed below a root is run with it
PYTHON = Path("/usr/bin/python3").readlink().name.removeprefix("python")
MACHINES = {"x86_64": 0x3E, "aarch64": 0xB7, "arm": 0x28}  # e_machine (ELF)
WHERE_MACHINE, WHERE_CLASS = 18, 4  # bytes from the beginning (ELF)


def make(root: Path, *, machine: str = MACHINE, python: str = PYTHON, without: tuple[str, ...] = ()) -> Path:
    """A root of that kind; `without` some of Debian's packages."""
    brings = {
        "haproxy": "usr/sbin/haproxy",
        "libzbar0": f"usr/lib/{machine}-linux-gnu/libzbar.so.0",
        "systemd": "usr/bin/systemctl",
    }
    for name, file in brings.items():
        if name not in without:
            (root / file).parent.mkdir(parents=True, exist_ok=True)
            (root / file).touch()
    (root / "usr" / "bin").mkdir(parents=True, exist_ok=True)
    if "python3" not in without:
        (root / "usr/bin/python3").symlink_to(f"python{python}")
        header = bytearray(Path(sys.executable).read_bytes()[:4096])
        header[WHERE_MACHINE] = MACHINES[machine]
        header[WHERE_CLASS] = 1 if machine == "arm" else 2
        (root / f"usr/bin/python{python}").write_bytes(header)
    (root / "etc").mkdir()
    (root / "etc" / "passwd").write_text("root:x:0:0::/root:/bin/sh\n")
    (root / "etc" / "group").write_text("root:x:0:\n")
    return root


def picture(root: Path) -> dict[str, tuple[object, ...]]:
    """All that lies below a folder, with what would tell that it has been touched."""
    found: dict[str, tuple[object, ...]] = {}
    for path in sorted([root, *root.rglob("*")]):
        about = path.lstat()
        what: object = None
        if path.is_symlink():
            what = path.readlink()
        elif path.is_file():
            what = sha256(path.read_bytes()).hexdigest()
        found[str(path.relative_to(root))] = (oct(about.st_mode), about.st_uid, about.st_mtime_ns, what)
    return found


def install(run: Path, *words: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Have the installer do something; it is a .run, or an install.sh."""
    return subprocess.run(
        ["sh", str(run), *words],
        capture_output=True,
        text=True,
        env=env,
        stdin=subprocess.DEVNULL,
        check=False,
        start_new_session=True,  # so that it can be killed with all that it has started
    )


def run_inside(root: Path, *words: str) -> str:
    """What a command prints that sees the root's /opt as its own: only a path like that is one a box has."""
    alone = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    inside = ["sh", "-ec", 'mount --bind "$0/opt" /opt && exec "$@"', str(root), *words]
    return subprocess.run([*alone, *inside], capture_output=True, text=True, check=True).stdout
