"""`noren seal-keys` as an installer meets it: what it says, and what it refuses."""

from pathlib import Path

import pytest

from edge.crypto.sealed_secret import is_sealed
from edge.key_files.data_key_file import DATA_KEY_FILE
from edge.platform.os_errors import EX_CONFIG
from tests.packaging.unprivileged_noren import noren

SETTINGS = """\
[store]
chain = "hanada"
id = "ginza"
data = "data"
[hq]
broker = "mqtt://127.0.0.1:1"
keys = {}
signing_key_file = "own.key"
"""


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    (tmp_path / "own.key").write_text("the seed of a store\n")
    path = tmp_path / "noren.toml"
    path.write_text(SETTINGS)
    return path


def test_without_a_data_key_nothing_is_sealed_and_it_is_said_where_one_comes_from(settings: Path) -> None:
    told = noren("seal-keys", "--config", settings)
    assert (told.returncode, "no data key yet" in told.stderr) == (EX_CONFIG, True)
    assert (settings.parent / "own.key").read_text() == "the seed of a store\n"


def test_it_says_of_each_file_what_it_is_now(settings: Path) -> None:
    key = settings.parent / "own.key"
    (settings.parent / "data").mkdir()
    (settings.parent / "data" / DATA_KEY_FILE).write_text("A" * 43)
    told = noren("seal-keys", "--config", settings)
    assert told.stdout.startswith(f"{key} is now sealed with the data key ")
    assert "the data key is in a file" in told.stderr, "it guards little there, and that is said"
    assert is_sealed(key.read_bytes())
    assert noren("seal-keys", "--config", settings).stdout.startswith(f"{key} was already sealed")
    assert noren("seal-keys", "--open", "--config", settings).stdout == f"{key} is now in the clear\n"
    assert key.read_text() == "the seed of a store\n"
