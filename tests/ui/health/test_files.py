"""Settings, keys and databases as files: their rights, their faults, and whether the databases can be read."""

from pathlib import Path

import msgspec
import pytest

from edge.key_files.own_secrets import CLEAR_KEYS_NOTE_FILE
from tests.ui.health.conftest import Look
from tests.ui.shop_floor import Floor
from ui.health.finding import HealthLevel


@pytest.fixture
def data(floor: Floor) -> Path:
    """Its files as a unit with UMask=0077 makes them."""
    folder = Path(floor.config.store.data)
    for file in folder.iterdir():
        file.chmod(0o600)
    folder.chmod(0o750)
    return folder


@pytest.mark.parametrize(
    ("name", "mode", "state", "level"),
    [
        ("data.key", 0o640, "open", HealthLevel.ERROR),
        ("data.key", 0o604, "open", HealthLevel.ERROR),
        ("store.db", 0o644, "wide", HealthLevel.WARNING),
        ("hq.db", 0o660, "wide", HealthLevel.WARNING),
    ],
)
def test_a_secret_that_others_may_use_is_told_with_its_mode(
    look: Look, data: Path, name: str, mode: int, state: str, level: HealthLevel
) -> None:
    assert [one.state for one in look("files.permissions")] == ["ok"]
    (data / name).chmod(mode)
    (found,) = look("files.permissions")
    assert (found.state, found.level, found.args) == (state, level, {"file": str(data / name), "mode": f"{mode:04o}"})


def test_what_the_folder_keeps_from_others_is_kept_from_them(look: Look, data: Path) -> None:
    (data / "store.db").chmod(0o644)
    data.chmod(0o700)
    assert look("files.permissions")[0].state == "ok"


def test_the_stores_own_secrets_at_hq_are_looked_at_too(look: Look, floor: Floor, data: Path, tmp_path: Path) -> None:
    key = tmp_path / "store-signing.key"
    key.touch(0o644)
    tmp_path.chmod(0o755)
    hq = msgspec.structs.replace(floor.config.hq, signing_key_file=str(key), password_file=str(tmp_path / "none"))
    (found,) = look("files.permissions", config=msgspec.structs.replace(floor.config, hq=hq))
    assert (found.state, found.subject) == ("open", str(key))


def test_settings_that_anybody_may_write_are_told(look: Look, data: Path, tmp_path: Path) -> None:
    path = tmp_path / "noren.toml"
    path.touch()
    path.chmod(0o666)
    tmp_path.chmod(0o755)
    assert look("files.permissions", path=path)[0].subject == str(path)


def test_of_wrong_settings_only_the_number_of_faults_is_told(look: Look, tmp_path: Path) -> None:
    path = tmp_path / "noren.toml"
    path.write_text(
        '[store]\nchain = "UPPER"\nid = "ginza"\ndata = "data"\n[hq]\nbroker = "secret-broker"\nkeys = {}\n'
    )
    (found,) = look("files.settings", path=path)
    assert (found.state, found.args) == ("faulty", {"file": str(path), "count": 4})
    path.write_text("[store\n")
    assert look("files.settings", path=path)[0].args["count"] == 1


def test_a_key_on_the_card_and_secrets_in_the_clear_are_warned_of(look: Look, data: Path) -> None:
    assert (look("files.data_key")[0].state, look("files.own_secrets")[0].state) == ("beside", "ok")
    (data / "data.key").unlink()
    (data / CLEAR_KEYS_NOTE_FILE).write_text("store-signing.key\n")
    assert (look("files.data_key")[0].state, look("files.own_secrets")[0].state) == ("sealed", "clear")


def test_both_databases_are_read_and_damage_is_told(look: Look, floor: Floor, data: Path) -> None:
    assert [(one.subject, one.state) for one in look("databases.integrity")] == [("store.db", "ok"), ("hq.db", "ok")]
    floor.hq.conn.execute("pragma wal_checkpoint(truncate)")
    with (data / "hq.db").open("r+b") as file:
        file.seek(4096 * 3)
        file.write(b"\xff" * 4096)
    found = look("databases.integrity")
    assert [(one.subject, one.level) for one in found] == [("store.db", HealthLevel.OK), ("hq.db", HealthLevel.ERROR)]
    assert found[1].args["reason"]


def test_a_database_that_is_gone_is_told(look: Look, data: Path) -> None:
    (data / "hq.db").rename(data / "elsewhere")
    assert [(one.state, one.subject) for one in look("databases.integrity")] == [("missing", "hq.db")]


def test_without_their_key_nothing_is_said_of_the_pages(look: Look) -> None:
    (found,) = look("databases.integrity", shop=None, unopened="no data key", locked=True)
    assert (found.state, found.level, found.args) == ("databases", HealthLevel.UNKNOWN, {"why": "no data key"})
