"""The data key: made once, found at its path, and another one is never taken for damage."""

import shutil
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from edge.box_identity import ensure_identity
from edge.config.toml_schema import BadConfig, Config, HqSection, StoreSection
from edge.crypto import sealed_secret
from edge.crypto.data_key import DataKey, data_key_to_text
from edge.crypto.sealed_data_key import recovery_public_to_text, sealed_key_from_text
from edge.db_files.inspection import READ_BUDGET_S
from edge.db_files.startup import prepare_databases
from edge.key_files import data_key_file as key_file
from edge.key_files.data_key_file import CREDENTIAL_NAME, DATA_KEY_FILE, WrongKey
from edge.key_files.key_faults import key_file_faults
from edge.key_files.key_note import NOTE_FILE
from edge.key_files.unlocking import key_to_seal, log_key_recovery, unlock_databases
from edge.platform import migration
from edge.platform.clock import now
from edge.platform.database import open_hq, open_store, rows

OTHER = DataKey(bytes(range(32)))


@pytest.fixture
def config(tmp_path: Path) -> Config:
    store = StoreSection(chain="hanada", id="ginza", data=str(tmp_path / "data"))
    return Config(store=store, hq=HqSection(broker="mqtt://127.0.0.1:1", keys={}))


@pytest.fixture
def folder(config: Config) -> Path:
    """A box that has started once."""
    folder = Path(config.store.data)
    start(config)
    return folder


def start(config: Config, handed: Path | None = None) -> None:
    """As `noren migrate` does, and the web process after it."""
    unlock_databases(config, str(handed) if handed else None, make=True)
    prepare_databases(config, within=READ_BUDGET_S)
    migration.migrate(Path(config.store.data))
    with closing(open_store(Path(config.store.data))) as db:
        ensure_identity(db, "ginza", now())


def elsewhere(tmp_path: Path) -> Config:
    """The settings of another box."""
    store = StoreSection(chain="hanada", id="ginza", data=str(tmp_path / "other"))
    return Config(store=store, hq=HqSection(broker="mqtt://127.0.0.1:1", keys={}))


def with_recovery(config: Config) -> Config:
    hq = msgspec.structs.replace(config.hq, recovery_key="Y3gmiguWzoUMyO-XyjMggHAGrsObUJSVeNtNZK4xwGY")
    return msgspec.structs.replace(config, hq=hq)


def untouched(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir() if not file.name.endswith(".lock")}


def test_a_key_is_made_at_the_first_start_and_only_its_owner_reads_it(config: Config, folder: Path) -> None:
    assert (folder / DATA_KEY_FILE).stat().st_mode & 0o777 == 0o600
    made = (folder / DATA_KEY_FILE).read_text()
    start(config)
    assert (folder / DATA_KEY_FILE).read_text() == made
    assert made.strip() not in (folder / NOTE_FILE).read_text()


def test_a_box_whose_key_hq_cannot_open_says_so(config: Config, caplog: pytest.LogCaptureFixture) -> None:
    log_key_recovery(config)
    assert "no recovery_key" in caplog.text
    named = msgspec.structs.replace(
        config.hq, recovery_key=recovery_public_to_text(X25519PrivateKey.generate().public_key())
    )
    caplog.clear()
    log_key_recovery(msgspec.structs.replace(config, hq=named))
    assert caplog.text == ""


def test_a_key_that_systemd_hands_comes_first(config: Config, folder: Path, tmp_path: Path) -> None:
    handed = tmp_path / "handed"
    handed.mkdir()
    shutil.move(folder / DATA_KEY_FILE, handed / CREDENTIAL_NAME)
    start(config, handed)
    assert not (folder / DATA_KEY_FILE).exists()
    found = key_file.find_key(config, str(handed))
    assert found is not None
    assert found.handed


@pytest.mark.parametrize("lost", [(), (NOTE_FILE,)], ids=["all else is there", "its name is lost"])
@pytest.mark.parametrize("make", [True, False])
@pytest.mark.parametrize("how", ["another", "none", "garbage", "empty"])
def test_another_key_or_none_stops_the_start_and_nothing_is_touched(
    config: Config, folder: Path, how: str, make: bool, lost: tuple[str, ...]
) -> None:
    for name in lost:
        (folder / name).unlink()
    match how:
        case "another":
            (folder / DATA_KEY_FILE).write_text(data_key_to_text(OTHER))
        case "none":
            (folder / DATA_KEY_FILE).unlink()
        case "garbage":
            (folder / DATA_KEY_FILE).write_bytes(b"\xff\x00 not a key")
        case "empty":
            (folder / DATA_KEY_FILE).write_bytes(b"")
    before = untouched(folder)
    with pytest.raises(WrongKey, match="Nothing has been touched"):
        unlock_databases(config, None, make=make)
    assert untouched(folder) == before


@pytest.mark.parametrize("spoilt", ["store.db", "hq.db"])
def test_a_damaged_file_is_still_damage_though_the_keys_name_is_lost(config: Config, folder: Path, spoilt: str) -> None:
    (folder / NOTE_FILE).unlink()
    data = bytearray((folder / spoilt).read_bytes())
    for at in range(100, len(data), 4096):
        if at // 4096 != 7:  # one page is as it was
            data[at] ^= 1
    (folder / spoilt).write_bytes(data)
    start(config)
    assert list(folder.glob(f"{spoilt}.damaged-*"))
    assert (folder / NOTE_FILE).exists()


def test_a_file_of_another_box_beside_ones_own_is_no_damage(config: Config, folder: Path, tmp_path: Path) -> None:
    start(elsewhere(tmp_path))
    shutil.copy(tmp_path / "other" / "store.db", folder / "store.db")
    with pytest.raises(WrongKey, match=r"store\.db was written with another data key"):
        unlock_databases(config, None, make=True)


@pytest.mark.parametrize("lost", [(), (NOTE_FILE,)], ids=["its name is there", "its name is lost"])
@pytest.mark.parametrize("how", ["all pages gone", "another key"])
def test_a_mirror_that_does_not_fit_is_made_anew_where_the_key_is_proven(
    config: Config, folder: Path, tmp_path: Path, how: str, lost: tuple[str, ...]
) -> None:
    for name in lost:
        (folder / name).unlink()
    file = folder / "hq.db"
    if how == "another key":
        start(elsewhere(tmp_path))
        shutil.copy(tmp_path / "other" / "hq.db", file)
    else:
        data = file.read_bytes()
        file.write_bytes(data[:32] + bytes(len(data) - 32))
    start(config)
    assert list(folder.glob("hq.db.damaged-*"))
    with closing(open_hq(folder)) as hq:
        assert rows(hq, "select * from feeds") == []


@pytest.mark.parametrize("named", [True, False])
def test_a_store_whose_pages_are_all_gone_is_damage_where_the_name_is_the_keys(
    config: Config, folder: Path, named: bool
) -> None:
    file = folder / "store.db"
    data = file.read_bytes()
    file.write_bytes(data[:32] + bytes(len(data) - 32))
    if named:
        start(config)
        assert list(folder.glob("store.db.damaged-*"))
        return
    (folder / NOTE_FILE).unlink()
    before = untouched(folder)
    with pytest.raises(WrongKey, match="Nothing has been touched"):
        unlock_databases(config, None, make=True)
    assert untouched(folder) == before


def test_a_line_that_hq_can_open_is_not_replaced_by_one_that_nobody_can(config: Config, folder: Path) -> None:
    start(with_recovery(config))
    assert sealed_key_from_text((folder / NOTE_FILE).read_text()).recovery
    start(config)
    assert sealed_key_from_text((folder / NOTE_FILE).read_text()).recovery


def test_the_line_of_another_key_is_kept_and_comes_back_with_that_key(config: Config, folder: Path) -> None:
    """A clerk who moves the databases away and starts anew must not take HQ's way back to them."""
    start(with_recovery(config))
    line, key = (folder / NOTE_FILE).read_text(), (folder / DATA_KEY_FILE).read_text()
    (folder / DATA_KEY_FILE).unlink()
    for name in ("store.db", "hq.db"):
        (folder / name).rename(folder / f"{name}.away")
    start(config)
    kept = folder / f"{NOTE_FILE}.{sealed_key_from_text(line).key}"
    assert kept.read_text() == line
    for name in ("store.db", "hq.db"):
        (folder / f"{name}.away").replace(folder / name)
    (folder / DATA_KEY_FILE).write_text(key)
    start(config)
    assert (folder / NOTE_FILE).read_text() == line


def test_a_name_that_is_wrong_is_put_right_where_the_key_fits(config: Config, folder: Path) -> None:
    true = (folder / NOTE_FILE).read_text()
    (folder / NOTE_FILE).write_text("0123456789abcdef\n")
    start(config)
    assert (folder / NOTE_FILE).read_text() == true


@pytest.mark.parametrize("lost", ["the key", "all but the name", "all"])
def test_no_new_key_is_made_while_something_is_sealed_with_another(
    config: Config, folder: Path, tmp_path: Path, lost: str
) -> None:
    seed = tmp_path / "seed"
    seed.write_bytes(sealed_secret.seal_secret(OTHER, "signing_key_file", b"the seed of a store"))
    config = msgspec.structs.replace(config, hq=msgspec.structs.replace(config.hq, signing_key_file=str(seed)))
    for file in folder.iterdir():
        if lost == "all" or file.name == DATA_KEY_FILE or (lost != "the key" and file.name != NOTE_FILE):
            file.unlink()
    before = untouched(folder)
    for ask in (lambda: unlock_databases(config, None, make=True), lambda: key_to_seal(config, None)):
        with pytest.raises(WrongKey, match=r"seed.*Nothing has been touched"):
            ask()
    assert untouched(folder) == before


def test_where_no_database_is_left_a_new_key_may_be_made(config: Config, folder: Path) -> None:
    for file in folder.iterdir():
        if file.name != NOTE_FILE:
            file.unlink()
    start(config)
    assert (folder / DATA_KEY_FILE).exists()


def test_no_second_key_is_made_where_systemd_has_one_that_was_not_handed(config: Config, tmp_path: Path) -> None:
    sealed = tmp_path / "credstore" / CREDENTIAL_NAME
    sealed.parent.mkdir()
    sealed.write_text("sealed")
    for ask in (
        lambda: unlock_databases(config, None, make=True, sealed=sealed),
        lambda: key_to_seal(config, None, sealed),
    ):
        with pytest.raises(WrongKey, match=r"not handed.*systemd-run.*LoadCredential"):
            ask()
    assert not list(Path(config.store.data).glob("data*key*"))


def test_a_key_that_lies_beside_and_fits_is_named(config: Config, folder: Path, tmp_path: Path) -> None:
    """`noren migrate` by hand made a key before systemd's was there; from then on the unit hands another one."""
    handed = tmp_path / "handed"
    handed.mkdir()
    (handed / CREDENTIAL_NAME).write_text(data_key_to_text(OTHER))
    with pytest.raises(WrongKey, match=r"data\.key: `noren data-key --seal`"):
        unlock_databases(config, str(handed), make=True)


@pytest.mark.parametrize("make", [True, False])
def test_a_key_that_cannot_be_read_is_named_and_not_the_folder_of_the_data(
    config: Config, folder: Path, make: bool
) -> None:
    (folder / DATA_KEY_FILE).unlink()
    (folder / DATA_KEY_FILE).mkdir()
    with pytest.raises(BadConfig, match=r"store\.key: .*data\.key cannot be read"):
        unlock_databases(config, None, make=make)


@pytest.mark.parametrize("how", ["cut", "another", "none", "a folder", "well"])
def test_a_look_at_the_settings_names_what_is_wrong_with_the_key(config: Config, folder: Path, how: str) -> None:
    file = folder / DATA_KEY_FILE
    match how:
        case "cut":
            file.write_text("AAECAw\n")
        case "another":
            file.write_text(data_key_to_text(OTHER))
        case "none" | "a folder":
            file.unlink()
    if how == "a folder":
        file.mkdir()
    before = {one.name for one in folder.iterdir()}
    found = list(key_file_faults(config, None))
    assert [fault.path for fault in found] == ([] if how == "well" else ["store.key"])
    assert [fault.sealed for fault in found] == ([] if how == "well" else [how == "none"])
    assert {one.name for one in folder.iterdir()} == before


@pytest.mark.parametrize("at", [16, 17, 18, 19, 20, 21, 22, 23])
@pytest.mark.parametrize("spoilt", ["store.db", "hq.db"])
def test_a_byte_of_the_head_that_is_damaged_is_damage_and_no_missing_key(
    config: Config, folder: Path, spoilt: str, at: int
) -> None:
    """The first 32 bytes are no page's HMAC's: what they say of the file may be wrong."""
    with closing(open_store(folder)) as db:
        told = rows(db, "select event from journal order by seq")
    data = bytearray((folder / spoilt).read_bytes())
    data[at] = 0 if data[at] else 0xFF
    (folder / spoilt).write_bytes(data)
    start(config)
    with closing(open_store(folder)) as db, closing(open_hq(folder)) as hq:
        assert rows(db, "select event from journal order by seq")[: len(told)] == told
        rows(hq, "select * from feeds")
