"""Update packages as HQ signs them and boxes check them, and what somebody on the way may do to one."""

import io
import os
import subprocess
import sys
import tarfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

from edge.__main__ import noren
from edge.db_files.backup import back_up, restore_backup
from edge.platform import migration
from edge.platform.clock import now
from edge.platform.database import open_store
from sync.hq.enrolment import key_rotation
from sync.hq.enrolment.founding import found_headquarters, open_headquarters
from sync.hq.enrolment.keys import hq_keys, read_hq_key
from sync.protocol.ed25519_keys import base64url_text, new_key, public_to_text
from sync.trust import key_ledger
from sync.trust.key_chain import TrustAnchor
from sync.update import package, seal
from sync.update.package import BadPackage, Package
from sync.update.seal import UnsignedPackage
from tests.packaging import bundle
from tests.support.keyed_databases import unlocked

WHEELS = {"wheels/noren-0.2.0-py3-none-any.whl": b"ours", "wheels/flask-3.1.3-py3-none-any.whl": b"theirs"}
OTHERS = {"requirements.lock": b"flask==3.1.3\n", "sbom.cdx.json": b"{}"}
REFUSED, OLDER = 65, 3


@pytest.fixture
def hq(tmp_path: Path) -> Path:
    folder = tmp_path / "hq"
    found_headquarters(folder, "nagi", "mqtt://127.0.0.1:1")
    return folder


@pytest.fixture
def box(tmp_path: Path, hq: Path) -> Path:
    """The settings of a box that was enrolled with HQ's first key."""
    data = unlocked(tmp_path / "data")
    migration.migrate(data)
    key = read_hq_key(hq)
    path = tmp_path / "noren.toml"
    path.write_text(
        f'[store]\nchain = "nagi"\nid = "ginza"\ndata = "{data}"\n'
        f'[hq]\nbroker = "mqtt://127.0.0.1:1"\nkeys = {{ {key.id} = "{public_to_text(key.public)}" }}\n'
    )
    return path


def packed(tmp_path: Path, **more: bytes) -> Path:
    place = tmp_path / "noren-0.2.0.tar"
    bundle.pack([*WHEELS.items(), *OTHERS.items(), *more.items()], place, 1_800_000_000)
    return place


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return packed(tmp_path)


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(noren, [str(word) for word in words])


def sign(file: Path, hq: Path) -> None:
    said = run("hq", "sign", file, "--dir", hq)
    assert said.exit_code == 0, said.output


def refused(file: Path, box: Path) -> str:
    said = run("verify", file, "--config", box)
    assert said.exit_code == REFUSED, said.output
    assert "is refused: " in said.stderr
    assert said.stdout == ""
    return said.stderr


def test_a_signed_package_is_hqs_and_whole(file: Path, hq: Path, box: Path) -> None:
    sign(file, hq)
    said = run("verify", file, "--config", box)
    assert said.exit_code == 0
    assert f"Noren 0.2.0 for chain `nagi`, 4 files, signed with HQ's key {read_hq_key(hq).id}" in said.stdout


def test_an_older_version_than_the_one_that_runs_is_said(tmp_path: Path, hq: Path, box: Path) -> None:
    old = tmp_path / "old.tar"
    bundle.pack([("wheels/noren-0.0.9-py3-none-any.whl", b"x")], old, 1)
    sign(old, hq)
    said = run("verify", old, "--config", box)
    assert said.exit_code == OLDER
    assert "it is older than what runs here" in said.stderr


def test_a_package_nobody_signed_is_refused(file: Path, box: Path) -> None:
    assert "HQ's signature for it is missing" in refused(file, box)


@pytest.mark.parametrize("at", [0, 600, 1600, 2100, -1])
def test_one_changed_byte_is_refused(file: Path, hq: Path, box: Path, at: int) -> None:
    """In the header of the sums, in the sums, in what is behind them, in a file, in the zeros at the end."""
    sign(file, hq)
    content = bytearray(file.read_bytes())
    content[at] ^= 1
    file.write_bytes(content)
    refused(file, box)


def test_no_byte_of_a_package_can_be_changed(file: Path, hq: Path, box: Path) -> None:
    key = read_hq_key(hq)
    said, content = seal.sign_package(key, "nagi", package.read_package(file)), file.read_bytes()
    for at in range(0, len(content), 5):
        file.write_bytes(content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :])
        with pytest.raises(UnsignedPackage, match="another file"):
            seal.check_seal(said, package.package_digest(file), "nagi", {key.id: key.public}, ())


@pytest.mark.parametrize("length", [0, 1, 511, 512, 700, 1024, 2048, 3000, 4600, 5632])
def test_a_package_that_was_cut_is_refused(file: Path, hq: Path, box: Path, length: int) -> None:
    sign(file, hq)
    file.write_bytes(file.read_bytes()[:length])
    refused(file, box)


def test_a_package_with_something_behind_its_end_is_refused(file: Path, hq: Path, box: Path) -> None:
    sign(file, hq)
    with file.open("ab") as end:
        end.write(file.read_bytes())
    assert "another file" in refused(file, box)
    with pytest.raises(BadPackage, match="behind its end"):
        package.read_package(file)


def test_another_package_under_hqs_word_is_refused(tmp_path: Path, file: Path, hq: Path, box: Path) -> None:
    sign(file, hq)
    packed(tmp_path, extra=b"x")
    assert "another file than the one HQ has signed" in refused(file, box)


def rewritten(file: Path, **changes: object) -> None:
    place = seal.seal_path(file)
    said = msgspec.json.decode(place.read_bytes())
    place.write_bytes(msgspec.json.encode({**said, **changes}))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"version": "9.9.9"}, "signature does not hold"),
        ({"chain": "other"}, "signature does not hold"),
        ({"sha256": "0" * 64}, "signature does not hold"),
        ({"signature": "A" * 86}, "signature does not hold"),
        ({"signature": "!"}, "signature does not hold"),
        ({"key": "0" * 16}, "none of HQ's that this box knows"),
        ({"kind": "config"}, "no signature of HQ's"),
        ({"more": 1}, "no signature of HQ's"),
        ({"sha256": "x"}, "no signature of HQ's"),
        ({"version": 2}, "no signature of HQ's"),
    ],
)
def test_a_changed_word_is_refused(file: Path, hq: Path, box: Path, changes: dict[str, object], why: str) -> None:
    sign(file, hq)
    rewritten(file, **changes)
    assert why in refused(file, box)


@pytest.mark.parametrize("text", [b"", b"{", b"\xff\xfe", b"[]", b"{}" + b" " * 9000, b'{"kind":"update"' * 2])
def test_what_is_no_word_is_refused(file: Path, box: Path, text: bytes) -> None:
    seal.seal_path(file).write_bytes(text)
    assert "no signature of HQ's" in refused(file, box)


def test_another_key_under_hqs_name_is_refused(file: Path, hq: Path, box: Path) -> None:
    thief = new_key(read_hq_key(hq).id)
    said = seal.sign_package(thief, "nagi", package.read_package(file))
    seal.seal_path(file).write_bytes(msgspec.json.encode(said))
    assert "signature does not hold" in refused(file, box)


def test_another_chains_package_is_refused_even_with_a_key_both_trust(file: Path, hq: Path, box: Path) -> None:
    said = seal.sign_package(read_hq_key(hq), "other", package.read_package(file))
    seal.seal_path(file).write_bytes(msgspec.json.encode(said))
    assert "it is for the chain `other`, and this box is one of `nagi`" in refused(file, box)


def test_hqs_word_with_another_version_than_the_package_is_refused(file: Path, hq: Path, box: Path) -> None:
    """Should HQ itself be made to sign it: what is installed is what is said."""
    found_ = Package(version="9.0.0", digest=package.package_digest(file), files=4)
    seal.seal_path(file).write_bytes(msgspec.json.encode(seal.sign_package(read_hq_key(hq), "nagi", found_)))
    assert "HQ's signature is for version 9.0.0, and this is 0.2.0" in refused(file, box)


def test_what_hq_has_signed_and_is_no_package_is_refused(file: Path, hq: Path, box: Path) -> None:
    file.write_bytes(b"x" * 5000)
    found_ = Package(version="0.2.0", digest=package.package_digest(file), files=4)
    seal.seal_path(file).write_bytes(msgspec.json.encode(seal.sign_package(read_hq_key(hq), "nagi", found_)))
    assert "no package at all" in refused(file, box)


def test_hqs_word_on_something_else_is_none_on_a_package(file: Path, hq: Path, box: Path) -> None:
    """A signature of HQ's over the same words under another beginning."""
    key, found_ = read_hq_key(hq), package.read_package(file)
    words = "\n".join(("noren/keys/1", "update", "nagi", found_.version, found_.digest)).encode()
    said = seal.PackageSeal(
        chain="nagi",
        version=found_.version,
        sha256=found_.digest,
        key=key.id,
        signature=base64url_text(key.private.sign(words)),
    )
    seal.seal_path(file).write_bytes(msgspec.json.encode(said))
    assert "signature does not hold" in refused(file, box)


def revoked_at_the_box(box: Path, hq: Path, where: str) -> None:
    """HQ has gone on to its next key, and the box has received it."""
    data, old = box.parent / "data", read_hq_key(hq)
    with open_headquarters(hq) as db:
        key_rotation.prepare_next_key(db, hq)
        (_, coming) = hq_keys(hq)
    news = [
        TrustAnchor(key=coming.id, public=public_to_text(coming.public)),
        TrustAnchor(key=old.id, public=public_to_text(old.public), revoked=True),
    ]
    if where == "file":
        key_ledger.append_to_ledger(data, news)
        return
    db = open_store(data)
    for one in news:
        body = msgspec.json.encode({"public": one.public, "revoked": one.revoked}).decode()
        db.conn.execute("insert into hq_keys (key, body) values (?, ?)", (one.key, body))
    db.conn.commit()
    db.conn.close()


@pytest.mark.parametrize("where", ["file", "store.db"])
def test_a_revoked_keys_package_is_refused_and_the_next_keys_is_not(
    file: Path, hq: Path, box: Path, where: str
) -> None:
    sign(file, hq)
    revoked_at_the_box(box, hq, where)
    assert "which HQ has revoked" in refused(file, box)
    said = seal.sign_package(hq_keys(hq)[1], "nagi", package.read_package(file))
    seal.seal_path(file).write_bytes(msgspec.json.encode(said))
    assert run("verify", file, "--config", box).exit_code == 0


def test_an_older_store_db_put_back_brings_no_revoked_key_back(tmp_path: Path, file: Path, hq: Path, box: Path) -> None:
    sign(file, hq)
    data = box.parent / "data"
    copy = back_up(data, "ginza", tmp_path / "copy.db", now(), force=False)
    revoked_at_the_box(box, hq, "file")
    restore_backup(data, "ginza", copy, now())
    assert "which HQ has revoked" in refused(file, box)


def member(name: str, content: bytes = b"x", **about: object) -> tuple[tarfile.TarInfo, bytes]:
    it = tarfile.TarInfo(name)
    it.size = len(content)
    for field, value in about.items():
        setattr(it, field, value)
    return it, content


def made(path: Path, *members: tuple[tarfile.TarInfo, bytes], form: int = tarfile.USTAR_FORMAT) -> Path:
    """A tar with right sums of whatever is in it."""
    ours = member("wheels/noren-0.2.0-py3-none-any.whl")
    everything = [ours, *members]
    lines = "".join(f"{sha256(content).hexdigest()}  {it.name}\n" for it, content in everything if it.isreg()).encode()
    with tarfile.open(path, "w", format=form) as tar:
        for it, content in [member("SHA256SUMS", lines), *everything]:
            tar.addfile(it, io.BytesIO(content))
    return path


@pytest.mark.parametrize(
    "name",
    [
        "../evil",
        "wheels/../../evil",
        "/etc/passwd",
        "./x",
        ".hidden",
        "wheels/.hidden",
        "a/b/c/d",
        "wheels//x",
        "C:\\x",
        "a\\..\\b",
        "x\n",
        "wheels/x y",
        "-rf",
        "\u3042",
        "SHA256SUMS",
    ],
)
def test_no_name_leads_out_of_the_folder_it_is_unpacked_to(tmp_path: Path, name: str) -> None:
    path = made(tmp_path / "x.tar", member(name), form=tarfile.GNU_FORMAT)
    with pytest.raises(BadPackage):
        package.read_package(path)


@pytest.mark.parametrize(
    "evil",
    [
        lambda: member("link", b"", type=tarfile.SYMTYPE, linkname="/etc/passwd"),
        lambda: member("link", b"", type=tarfile.LNKTYPE, linkname="wheels/noren-0.2.0-py3-none-any.whl"),
        lambda: member("folder", b"", type=tarfile.DIRTYPE),
        lambda: member("device", b"", type=tarfile.CHRTYPE),
        lambda: member("pipe", b"", type=tarfile.FIFOTYPE),
        lambda: member("old", b"x", type=tarfile.AREGTYPE),
        lambda: member("sparse", b"x", type=tarfile.CONTTYPE),
    ],
)
def test_nothing_but_plain_files_is_in_a_package(
    tmp_path: Path, evil: Callable[[], tuple[tarfile.TarInfo, bytes]]
) -> None:
    with pytest.raises(BadPackage, match=r"plain file|is not as"):
        package.read_package(made(tmp_path / "x.tar", evil()))


def test_a_header_that_gives_another_one_a_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadPackage, match="no plain file"):
        package.read_package(made(tmp_path / "x.tar", member("w" * 120), form=tarfile.GNU_FORMAT))
    with pytest.raises(BadPackage, match="no plain file"):
        package.read_package(made(tmp_path / "x.tar", member("x", pax_headers={"path": "y"}), form=tarfile.PAX_FORMAT))


def test_a_file_that_is_there_twice_or_not_in_the_sums_or_missing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadPackage):
        package.read_package(made(tmp_path / "x.tar", member("twice", b"a"), member("twice", b"b")))
    with pytest.raises(BadPackage, match="does not begin with a list"):
        bundle_without_sums = tmp_path / "y.tar"
        with tarfile.open(bundle_without_sums, "w") as tar:
            it, content = member("x")
            tar.addfile(it, io.BytesIO(content))
        package.read_package(bundle_without_sums)
    lines = f"{sha256(b'x').hexdigest()}  wheels/noren-0.2.0-py3-none-any.whl\n{'0' * 64}  gone\n".encode()
    with tarfile.open(tmp_path / "z.tar", "w") as tar:
        for it, content in (member("SHA256SUMS", lines), member("wheels/noren-0.2.0-py3-none-any.whl")):
            tar.addfile(it, io.BytesIO(content))
    with pytest.raises(BadPackage, match="missing, gone among them"):
        package.read_package(tmp_path / "z.tar")


def test_a_package_of_two_versions_or_of_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadPackage, match="found 2"):
        package.read_package(made(tmp_path / "x.tar", member("wheels/noren-0.3.0-py3-none-any.whl")))
    with pytest.raises(BadPackage, match="found 0"):
        bundle.pack([("x", b"x")], tmp_path / "y.tar", 1)
        package.read_package(tmp_path / "y.tar")


def test_a_compressed_tar_is_no_package(tmp_path: Path, file: Path) -> None:
    """Nothing is inflated before it is known whose it is."""
    with tarfile.open(tmp_path / "x.tar.gz", "w:gz") as tar:
        tar.add(file, "SHA256SUMS")
    with pytest.raises(BadPackage, match="cut off or no package"):
        package.read_package(tmp_path / "x.tar.gz")


def test_hq_signs_nothing_that_is_not_whole(file: Path, hq: Path) -> None:
    file.write_bytes(file.read_bytes()[:2000])
    said = run("hq", "sign", file, "--dir", hq)
    assert said.exit_code == 1
    assert "is not signed" in said.stderr
    assert not seal.seal_path(file).exists()


def test_a_folder_that_is_no_headquarters_signs_nothing(tmp_path: Path, file: Path) -> None:
    assert run("hq", "sign", file, "--dir", tmp_path / "nowhere").exit_code == 1


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("0.1.0", "0.2.0"),
        ("0.9.0", "0.10.0"),
        ("1.0rc1", "1.0"),
        ("1.0a2", "1.0b1"),
        ("1.0", "1.0.1"),
        ("0.9", "1.0a1"),
    ],
)
def test_versions_are_compared_as_numbers(older: str, newer: str) -> None:
    assert package.version_order(older) < package.version_order(newer)
    assert package.version_order(f"{older}+source") == package.version_order(older)


@pytest.mark.parametrize("text", ["", "x", "1", "1.0.0.0.0", "1.0 ", "../1.0", "1.0-evil", "9" * 80 + ".1", "1.0\n"])
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(BadPackage):
        package.version_order(text)


def test_the_word_covers_kind_chain_version_and_content(hq: Path) -> None:
    key = read_hq_key(hq)
    words = {
        seal.sign_package(key, chain, Package(version=version, digest=digest, files=1)).signature
        for chain in ("a", "b")
        for version in ("1.0", "1.1")
        for digest in ("0" * 64, "1" * 64)
    }
    assert len(words) == 8


def test_the_command_says_so_too(file: Path, hq: Path, box: Path) -> None:
    """The real process: words and exit code."""
    sign(file, hq)
    content = bytearray(file.read_bytes())
    content[2100] ^= 1
    file.write_bytes(content)
    done = subprocess.run(
        [sys.executable, "-m", "edge", "verify", str(file), "--config", str(box)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ,
    )
    assert done.returncode == REFUSED
    assert "is refused" in done.stderr
