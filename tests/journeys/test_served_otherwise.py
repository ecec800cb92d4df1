"""What the bench measures gunicorn beside serves the same pages."""

from pathlib import Path

import pytest

from tests.processes.attacked_shop import SERVERS, Server, shop

SECONDS = 2.0  # of asking


def test_waitress_serves_the_boxs_own_screen(tmp_path: Path) -> None:
    with shop(tmp_path, SERVERS["waitress"]) as open_shop:
        calm = open_shop.under(None, SECONDS)
    assert calm.kiosks.keys() == {"box"}
    assert calm.kiosks["box"].refused == 0
    assert calm.memory > 0


def test_a_server_that_ends_by_itself_is_told_at_once_with_its_last_words(tmp_path: Path) -> None:
    with (
        pytest.raises(AssertionError, match=r"ended by itself: .*no_such_server"),
        shop(tmp_path, Server(("tests.no_such_server",))),
    ):
        pass
