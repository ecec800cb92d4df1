"""The .run: one file that a shell reads as a script, with the package's tar behind the script's last line."""

import hashlib
import shutil
from collections.abc import Mapping
from pathlib import Path

HEAD = Path(__file__).parents[2] / "systemd" / "run.sh"
DIGITS = 8  # of the number of the byte at which the tar begins, so that the script is as long whatever it says


def write(tar: Path, target: Path, said: Mapping[str, str]) -> None:
    """Write the .run of a package whose `package.txt` says this."""
    with tar.open("rb") as package:
        digest = hashlib.file_digest(package, "sha256").hexdigest()
        head = _filled_in(said, 0, digest)
        head = _filled_in(said, len(head) + 1, digest)  # tail(1) counts from 1
        package.seek(0)
        with target.open("wb") as file:
            file.write(head)
            shutil.copyfileobj(package, file)
    target.chmod(0o755)


def _filled_in(said: Mapping[str, str], skip: int, digest: str) -> bytes:
    text = HEAD.read_text(encoding="utf-8")
    for name, value in {
        "VERSION": said["version"],
        "MACHINE": said["machine"],
        "SKIP": f"{skip:0{DIGITS}}",
        "SUM": digest,
    }.items():
        text = text.replace(f"@{name}@", value)
    return text.encode()
