"""The lock files against public advisory databases: which pinned package has a known weakness, and what mends it."""

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import msgspec

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-tools.lock")
SERVICES = ("osv", "pypi")  # the first that can speak of every package has the word
LONGEST = 160  # characters of a reason: the libraries' own are several lines
WEAK, UNREACHED = 1, 75  # exit codes; 75: EX_TEMPFAIL (sysexits.h)


class Unreached(Exception):
    """A database did not answer, or not for these packages."""


def ask(program: str, service: str, lock: Path) -> list[dict[str, Any]]:
    """What a database says of each package of a lock file. Raises Unreached."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [program, "--vulnerability-service", service, "--disable-pip", "--require-hashes", "-r", str(lock)]
        said = subprocess.run(
            [*command, "--progress-spinner", "off", "--format", "json", "--output", str(report)],
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        if not report.exists():
            raise Unreached(said.stderr.strip().rpartition("\n")[2][:LONGEST] or f"exit code {said.returncode}")
        packages: list[dict[str, Any]] = msgspec.json.decode(report.read_bytes())["dependencies"]
    unknown = [one["name"] for one in packages if "skip_reason" in one]
    if unknown:
        raise Unreached(f"knows nothing of {len(unknown)} of {len(packages)} packages, {unknown[0]} among them")
    return packages


def weaknesses(packages: list[dict[str, Any]]) -> list[str]:
    """A line for each known weakness."""
    return [
        f"{one['name']} {one['version']}: {flaw['id']}, mended in {', '.join(flaw['fix_versions']) or 'no version yet'}"
        for one in packages
        for flaw in one["vulns"]
    ]


def audit(program: str, lock: Path) -> list[str]:
    """How many packages of a lock file were looked at, then a line for each known weakness. Raises Unreached."""
    reasons = []
    for service in SERVICES:
        try:
            packages = ask(program, service, lock)
        except Unreached as error:
            reasons.append(f"{service}: {error}")
            continue
        return [f"{lock.name}: {len(packages)} packages looked up ({service})", *weaknesses(packages)]
    raise Unreached("; ".join(reasons))


def main(program: str) -> int:
    """Print what is known; the exit code."""
    weak = unchecked = 0
    for lock in LOCKS:
        try:
            lines = audit(program, ROOT / lock)
        except Unreached as error:
            unchecked += 1
            print(f"{lock}: not checked; {error}")
            continue
        print(*lines, sep="\n")
        weak += len(lines) - 1
    if unchecked:
        print(
            "Of what was not checked nothing is known, neither good nor bad: run this where a database can be reached."
        )
    return WEAK if weak else UNREACHED if unchecked else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
