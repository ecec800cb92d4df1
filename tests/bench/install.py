"""How long it takes from a fresh Debian to the first answered scan, by .run and by .deb, without a network."""

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
JOURNEY = ROOT / "tests" / "bench" / "installing" / "first_scan.py"
SUITES = ("bookworm", "trixie")
DEBIAN = ("haproxy", "libzbar0", "python3", "systemd")  # what systemd/README.md has Debian bring
AT_MOST = 60.0  # s, from nothing to the first answer
# A root's own mounts and processes go when the command ends; with --net it has no network but itself.
ENTER = """
mount --rbind --make-rprivate /dev "$0/dev" && mount -t proc proc "$0/proc" && mount -t tmpfs tmpfs "$0/run"
ip link set lo up
chroot "$0" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"
exit $?
"""
PLACE = "srv"  # where in the fresh Debian the package and what plays the journey are put; apt's own user may read there


def enter(root: Path, *words: str, network: bool = False) -> str:
    """What a command prints in a root. Raises CalledProcessError."""
    alone = ["unshare", "--mount", "--pid", "--fork", "--kill-child", *([] if network else ["--net"])]
    return subprocess.run(
        [*alone, "bash", "-c", ENTER, str(root), *words], check=True, stdout=subprocess.PIPE, text=True
    ).stdout


def fresh(suite: str, root: Path) -> None:
    """A Debian of that suite with the packages Noren needs, from this machine's own mirror."""
    targets = ["apt-get", "indextargets", "--format", "$(LABEL) $(REPO_URI)", "Created-By: Packages"]
    lines = subprocess.run(targets, check=True, capture_output=True, text=True).stdout.splitlines()
    mirror = next(line.removeprefix("Debian ") for line in lines if line.startswith("Debian "))
    subprocess.run(
        ["debootstrap", "--variant=minbase", suite, str(root), mirror], check=True, stdout=subprocess.DEVNULL
    )
    (root / "etc/apt/sources.list").write_text(f"deb {mirror} {suite} main\n")
    settings = subprocess.run(["apt-config", "dump", "Acquire"], check=True, capture_output=True).stdout
    (root / "etc/apt/apt.conf.d/90host").write_bytes(settings)
    shutil.copyfile("/etc/resolv.conf", root / "etc/resolv.conf")
    nothing_starts = root / "usr/sbin/policy-rc.d"
    nothing_starts.write_text("#!/bin/sh\nexit 101\n")
    nothing_starts.chmod(0o755)
    enter(root, "apt-get", "-q", "update", network=True)
    enter(root, "apt-get", "-q", "install", "-y", "--no-install-recommends", *DEBIAN, network=True)


def measure(root: Path, package: Path) -> list[float]:
    """Seconds of installing, of setting up, and from the start to the answer."""
    for path in (package, JOURNEY):
        shutil.copyfile(path, root / PLACE / path.name)
    by_apt = ["apt-get", "-q", "install", "-y", f"/{PLACE}/{package.name}"]
    command = by_apt if package.suffix == ".deb" else ["sh", f"/{PLACE}/{package.name}"]
    return [
        float(word) for word in enter(root, "python3", f"/{PLACE}/{JOURNEY.name}", *command).splitlines()[-1].split()
    ]


def main() -> int:
    """Measure each package of dist/ for this machine in each Debian; 1 if it takes too long."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("suites", nargs="*", default=SUITES, help="Debian's releases: bookworm, trixie.")
    asked.add_argument("--dist", type=Path, default=ROOT / "dist", help="Where ./dev bundle has put the packages.")
    words = asked.parse_args()
    machine = platform.machine()
    architecture = subprocess.run(
        ["dpkg", "--print-architecture"], check=True, capture_output=True, text=True
    ).stdout.strip()
    packages = [*words.dist.glob(f"noren-*-{machine}.run"), *words.dist.glob(f"noren_*_{architecture}.deb")]
    if os.geteuid() != 0 or not shutil.which("debootstrap") or len(packages) != 2:
        sys.exit("this wants root, Debian's debootstrap, and the packages of one version: ./dev bundle")
    slowest = 0.0
    for suite in words.suites:
        with tempfile.TemporaryDirectory() as name:
            fresh(suite, Path(name) / "debian")
            for package in packages:
                root = Path(name) / package.suffix[1:]
                subprocess.run(["cp", "-a", str(Path(name) / "debian"), str(root)], check=True)
                spans = measure(root, package)
                slowest = max(slowest, sum(spans))
                install, set_up, answer = spans
                print(
                    f"{suite} {package.suffix}: {sum(spans):.1f} s to the first answer "
                    f"(install {install:.1f}, set up {set_up:.1f}, start and scan {answer:.1f})",
                    flush=True,
                )
    return 1 if slowest > AT_MOST else 0


if __name__ == "__main__":
    sys.exit(main())
