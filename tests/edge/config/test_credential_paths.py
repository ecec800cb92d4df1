"""Settings name a key by its path, and the process that needs it finds systemd's copy."""

from pathlib import Path

import pytest

from edge.config.credential_paths import readable_path

NAME = "hq_store-signing.key"
LIES = "/etc/noren/keys/store-signing.key"
HANDED = f"/run/credentials/noren-sync.service/{NAME}"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """The folder of a unit that was handed the keys."""
    (tmp_path / NAME).touch()
    return tmp_path


@pytest.mark.parametrize("named", [LIES, HANDED])
def test_both_ways_to_name_a_key_are_the_same_file(named: str, own: Path) -> None:
    assert readable_path(named, str(own)) == str(own / NAME)
    assert readable_path(named, None) == LIES


@pytest.mark.parametrize("named", [LIES, HANDED])
def test_a_unit_that_was_handed_the_data_key_alone_has_no_key_of_headquarters(named: str, tmp_path: Path) -> None:
    """As web and bridge are: the store's keys are none of their business, and no reason not to start."""
    (tmp_path / "noren-data-key").touch()
    assert readable_path(named, str(tmp_path)) == LIES


@pytest.mark.parametrize("named", ["/srv/other.key", "/etc/noren/keys/deep/own.key"])
def test_a_file_elsewhere_is_found_where_it_lies(named: str, own: Path) -> None:
    assert readable_path(named, str(own)) == named
