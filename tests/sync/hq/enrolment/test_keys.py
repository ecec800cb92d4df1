"""HQ's secrets in files: whole or not there, their owner's alone, and never written over."""

from pathlib import Path

import pytest

from edge.key_files import private_file
from sync.hq.enrolment import keys


def test_a_secret_is_its_owners_alone_and_made_once(tmp_path: Path) -> None:
    made = keys.make_hq_key(tmp_path)
    file = tmp_path / keys.HQ_KEY_FILE
    assert file.stat().st_mode & 0o777 == private_file.OWNER_ONLY
    with pytest.raises(FileExistsError):
        keys.make_hq_key(tmp_path)
    assert keys.read_hq_key(tmp_path).id == made.id
    assert list(tmp_path.iterdir()) == [file]


def test_a_secret_that_the_power_cut_short_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut(_path: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as power:
        power.setattr(private_file, "fsync_files", cut)
        with pytest.raises(KeyboardInterrupt):
            keys.make_hq_key(tmp_path, keys.NEXT_HQ_KEY_FILE)
    assert not (tmp_path / keys.NEXT_HQ_KEY_FILE).exists()
    assert keys.hq_keys(tmp_path) == []
    made = keys.make_hq_key(tmp_path, keys.NEXT_HQ_KEY_FILE)  # what was left behind is in nobody's way
    assert keys.read_hq_key(tmp_path, keys.NEXT_HQ_KEY_FILE).id == made.id
