"""HQ's recovery key: lost, nobody makes another in silence, which opens no box that is out there."""

from contextlib import closing
from pathlib import Path

import pytest

from edge.crypto.data_key import DataKey, data_key_to_text
from sync.hq.enrolment import founding, recovery_key
from sync.hq.errors import NotPossible
from sync.hq.schema import open_hq_store


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    founding.found_headquarters(tmp_path, "hanada", "mqtt://127.0.0.1:1")
    founding.enrol_store(tmp_path, "ginza", "Ginza")
    return tmp_path


def _asks(folder: Path) -> None:
    with founding.open_headquarters(folder) as db:
        recovery_key.recovery_line(db, folder)


def test_a_lost_key_is_said_and_no_other_is_made_in_its_place(folder: Path) -> None:
    kept = (folder / recovery_key.RECOVERY_KEY_FILE).read_bytes()
    (folder / recovery_key.RECOVERY_KEY_FILE).unlink()
    for ask in (
        lambda: founding.enrol_store(folder, "shinjuku", "Shinjuku"),
        lambda: founding.found_headquarters(folder, "hanada", "mqtt://127.0.0.1:1"),
        lambda: _asks(folder),
    ):
        with pytest.raises(NotPossible, match="Put HQ's recovery key back"):
            ask()
        assert not (folder / recovery_key.RECOVERY_KEY_FILE).exists()
    (folder / recovery_key.RECOVERY_KEY_FILE).write_bytes(kept)
    founding.enrol_store(folder, "shinjuku", "Shinjuku")


def test_another_key_in_its_place_is_refused(folder: Path) -> None:
    other = folder / "other"
    founding.found_headquarters(other, "hanada", "mqtt://127.0.0.1:1")
    (folder / recovery_key.RECOVERY_KEY_FILE).write_bytes((other / recovery_key.RECOVERY_KEY_FILE).read_bytes())
    with pytest.raises(NotPossible, match="put that one back"):
        _asks(folder)


def test_a_key_from_before_its_name_was_noted_is_noted_by_whatever_command_comes_next(folder: Path) -> None:
    with closing(open_hq_store(folder).conn) as conn:
        conn.execute("delete from recovery")  # as the migration finds it
    with founding.open_headquarters(folder):
        pass
    (folder / recovery_key.RECOVERY_KEY_FILE).unlink()
    with pytest.raises(NotPossible):
        _asks(folder)


def test_a_headquarters_that_never_had_one_makes_it(folder: Path) -> None:
    with closing(open_hq_store(folder).conn) as conn:
        conn.execute("delete from recovery")
    (folder / recovery_key.RECOVERY_KEY_FILE).unlink()
    _asks(folder)
    assert (folder / recovery_key.RECOVERY_KEY_FILE).exists()


@pytest.mark.parametrize("given", [data_key_to_text(DataKey(bytes(range(32)))), "x" * 5000])
def test_what_is_given_for_a_sealed_key_is_not_repeated_it_may_be_the_key(given: str) -> None:
    with pytest.raises(NotPossible, match=r"^what was given: no sealed data key") as told:
        recovery_key.read_sealed_key(given)
    assert given[:8] not in str(told.value)
