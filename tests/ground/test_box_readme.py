"""systemd/README.md and docs/clustered-broker.md, line by line: a box set up as they say, below another root folder."""

import os
import re
import shutil
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from edge.crypto.sealed_secret import is_sealed
from edge.key_files.data_key_file import CREDENTIAL_NAME
from tests.packaging import deb, debian_root, small_package
from tests.packaging.debian_root import MACHINE
from tests.packaging.document_blocks import Shell, bash, blocks

ROOT = Path(__file__).parents[2]
BOX, CLUSTER = ROOT / "systemd" / "README.md", ROOT / "docs" / "clustered-broker.md"
# Places a test may not touch, and the stand-ins for programs that act on a whole machine.
ELSEWHERE = ("/etc/", "/opt/noren", "/var/lib/noren")
ACTS = ("apt-get", "systemctl")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = debian_root.make(tmp_path / "root")
    (root / "bin").mkdir()
    for name in ACTS:
        program(root / "bin" / name, f'echo "{name} $*" >>{root}/machine.log')
    program(root / "bin" / "noren", f'exec {sys.executable} -m edge "$@"')
    # nobody but root may give files to a group that this machine does not have
    program(
        root / "bin" / "install",
        'args=(); while (($#)); do [[ $1 == -g ]] && shift 2 || { args+=("$1"); shift; }; done; '
        f'exec {shutil.which("install")} "${{args[@]}}"',
    )
    program(
        root / "bin" / "systemd-creds",
        f'[[ $2 == --name={CREDENTIAL_NAME} ]] || exit 1; case $1 in encrypt) cat >"$4" ;; decrypt) cat "$3" ;; esac',
    )
    # as systemd does: what was sealed lies opened in a folder of the process's own
    program(
        root / "bin" / "systemd-run",
        f'[[ "$1 $2 $3 $4" == "--quiet --pipe --wait -p" && $5 == LoadCredentialEncrypted={CREDENTIAL_NAME} ]] && shift 5 && '
        f'CREDENTIALS_DIRECTORY={root}/etc/credstore.encrypted exec "$@"',
    )
    return root


def program(path: Path, line: str) -> None:
    path.write_text(f"#!/bin/bash\n{line}\n", encoding="utf-8")
    path.chmod(0o755)


@pytest.fixture
def shell(root: Path) -> Iterator[Shell]:
    """In the checkout, with HQ's folder beside the root."""
    env = {**os.environ, "PATH": f"{root / 'bin'}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    work = root.parent / "work"
    work.mkdir()
    small_package.make(work / "dist", MACHINE)
    with bash(work, env, root.parent / "log") as shell:
        yield shell


def below(root: Path, text: str) -> str:
    """The text with every place of the machine below `root`."""
    for place in ELSEWHERE:
        text = re.sub(rf"(?<![\w/]){place}", f"{root}{place}", text)
    return text


def set_up(root: Path, shell: Shell) -> Path:
    """The steps of systemd/README.md up to the check; the settings' path."""
    debian, install, chain, carry, seal, seal_keys, start, _ = (below(root, block) for block in blocks(BOX))
    by_run, by_apt = install.splitlines()
    shell.run(debian)
    # what is in the package is tried elsewhere (test_install.py); here what it runs is what this very test has
    shell.run(f"{by_run} --root {root}")
    (root / "opt/noren/active/bin/noren").unlink()
    (root / "opt/noren/active/bin/noren").symlink_to(root / "bin" / "noren")
    shell.run(by_apt)
    shell.run(chain)
    shell.run(carry)
    settings = root / "etc" / "noren" / "noren.toml"
    (stations,) = (below(root, block) for block in blocks(BOX, "toml"))
    settings.write_text(settings.read_text(encoding="utf-8") + stations, encoding="utf-8")
    place = root / "etc" / "credstore.encrypted" / CREDENTIAL_NAME
    sealing = seal.replace("noren data-key", f"noren data-key --config {settings} --at {place}")
    assert "sealed" in shell.run(sealing)
    assert "it is sealed" in shell.run(sealing)  # on any later day
    shell.run(seal_keys.replace("/noren seal-keys", f"/noren seal-keys --config {settings}"))
    check, rest = start.splitlines()
    shell.run(f"{check} --config {settings}")
    shell.run(rest)
    return settings


def test_a_box_is_set_up_line_by_line(root: Path, shell: Shell) -> None:
    settings = set_up(root, shell)
    assert (root / "etc/noren/keys").stat().st_mode & 0o777 == 0o700
    assert (root / "etc/noren/keys/store-signing.key").stat().st_mode & 0o777 == 0o600
    assert f'"{root}/etc/noren/keys/store-signing.key"' in settings.read_text(encoding="utf-8")
    assert "noren" in (root / "etc/passwd").read_text()
    asked = (root / "machine.log").read_text()
    assert "systemctl start noren.target" in asked
    assert f"apt-get install ./dist/noren_0.1.0_{deb.ARCHITECTURES[MACHINE]}.deb" in asked
    handed = root.parent / "handed"  # as systemd does, who opens it
    handed.mkdir()
    shutil.copy(root / "etc/credstore.encrypted" / CREDENTIAL_NAME, handed)
    key = root / "etc/noren/keys/store-signing.key"
    assert is_sealed(key.read_bytes())
    assert "is sealed, and the data key is not available" in shell.run(f"noren check --config {settings}")
    told = shell.run(f"CREDENTIALS_DIRECTORY={handed} noren migrate --config {settings} 2>&1")
    assert "seal-keys" not in told
    assert "nothing is wrong" in shell.run(f"CREDENTIALS_DIRECTORY={handed} noren check --config {settings}")
    assert (root / "var/lib/noren/store.db").exists()
    assert not (root / "var/lib/noren/data.key").exists()
    assert "data key" in shell.run(f"noren migrate --config {settings} 2>&1 || echo $?")


def test_it_is_taken_away_as_it_says_and_the_data_stay(root: Path, shell: Shell) -> None:
    settings = set_up(root, shell)
    (line,) = below(root, blocks(BOX)[-1]).splitlines()
    shell.run(f"{line} --root {root}")
    assert not (root / "opt/noren").exists()
    assert settings.exists()
    assert (root / "etc/noren/keys/store-signing.key").exists()


def certificate(folder: Path, name: str) -> None:
    """NAME.crt and NAME.key, signed by itself: nobody is asked here whether it may vouch."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / f"{name}.crt").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / f"{name}.key").write_bytes(private)


def test_a_store_and_headquarters_go_to_a_clustered_broker(root: Path, shell: Shell) -> None:
    settings = set_up(root, shell)
    (commands,) = blocks(CLUSTER)
    (lines,) = (below(root, block) for block in blocks(CLUSTER, "toml"))
    init, add, serve = commands.replace("--dir HQ", "--dir CLUSTERED").replace("CHAIN", "hanada").splitlines()
    work, keys = root.parent / "work", root / "etc/noren/keys"
    for name in ("ca", "hq"):
        certificate(work, name)
    shell.run(init)
    shell.run(add)
    shell.run(f"{serve} & sleep 3; kill -0 $!; kill $!")
    (stations,) = (below(root, block) for block in blocks(BOX, "toml"))
    hq = (work / "CLUSTERED/stores/ginza/hq.toml").read_text(encoding="utf-8")
    text = hq.replace('"store-signing.key"', f'"{keys}/store-signing.key"') + lines + stations
    settings.write_text(text, encoding="utf-8")
    shutil.copy(work / "CLUSTERED/stores/ginza/store-signing.key", keys)
    told = shell.run(f"noren check --config {settings} 2>&1 || true")
    assert f"hq.ca_file: no such file: {keys}/ca.crt" in told
    for name in ("ca", "ginza"):
        certificate(keys, name)
    assert "nothing is wrong" in shell.run(f"noren check --config {settings}")
