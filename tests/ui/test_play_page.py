"""The play page: pictures a scanner can read, codes minted on the spot, and only if it is switched on."""

import base64
import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask.testing import FlaskClient

from edge.codes.code_rules import CodeRules, TokenKey
from edge.codes.issued.member_token import public_key_text, verify_token
from edge.codes.parsed_code import MemberToken
from edge.platform.process import ProcessLife
from tests.ui.shop_floor import Floor
from ui.app import make_app
from ui.play.code_pictures import draw_code
from ui.process_state.screens import Screens

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
CARDS = (
    {"group": "product", "title": {"ja": "値札"}, "note": {"ja": "n"}, "symbology": "ean13", "data": "4901234567894"},
    {"group": "odd", "title": {"ja": "長い"}, "note": {"ja": "n"}, "symbology": "qr", "data": "7", "length": 5000},
    {
        "group": "odd",
        "title": {"ja": "文字でない"},
        "note": {"ja": "n"},
        "symbology": "qr",
        "data": "/wCA",
        "encoding": "base64",
    },
)


class Ear:
    """In place of a virtual scanner: keeps the orders that come to its control socket."""

    def __init__(self, path: Path) -> None:
        self.heard: list[dict[str, object]] = []
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.bind(str(path))
        self._socket.listen()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                line, _ = self._socket.accept()
            except OSError:
                return
            with line, line.makefile("rb") as words:
                self.heard.append(json.loads(words.readline()))
                line.sendall(b'{"ok":true}\n')

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


@pytest.fixture
def ear(tmp_path: Path) -> Iterator[Ear]:
    it = Ear(tmp_path / "k.sock")
    yield it
    it.close()


@pytest.fixture
def player(floor: Floor, tmp_path: Path) -> FlaskClient:
    seed = base64.urlsafe_b64encode(KEY.private_bytes_raw()).rstrip(b"=").decode()
    play = {
        "store": "ginza",
        "cards": CARDS,
        "issuer": {"issuer": "app", "kid": "k1", "private": seed, "member": "m-1"},
        "staff": [{"staff": "s-1", "name": "森", "pin": "2468"}],
        "scanners": {"kiosk-1": str(tmp_path / "k.sock"), "door": str(tmp_path / "nobody.sock")},
    }
    (tmp_path / "play.json").write_text(json.dumps(play), encoding="utf-8")
    web = msgspec.structs.replace(floor.config.web, play=str(tmp_path / "play.json"))
    config = msgspec.structs.replace(floor.config, web=web)
    asking = make_app(config, floor.box, Screens(), ProcessLife()).test_client()
    asking.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    return asking


def test_a_shop_without_the_setting_has_no_play_page(client: FlaskClient) -> None:
    assert client.get("/play").status_code == 404
    assert 'href="/play"' not in client.get("/").text


def test_the_page_shows_each_card_and_the_screen_beside_it(player: FlaskClient) -> None:
    page = player.get("/play").text
    assert page.count("data-card=") == len(CARDS)
    assert 'src="/kiosk/kiosk-1"' in page
    assert "unsafe" not in player.get("/play").headers["Content-Security-Policy"]


def test_a_card_is_drawn_as_a_picture_that_scales(player: FlaskClient) -> None:
    answer = player.get("/play/code/0.svg")
    assert answer.mimetype == "image/svg+xml"
    assert answer.text.startswith('<svg viewBox="0 0 ')


def test_what_no_picture_can_hold_has_none(player: FlaskClient) -> None:
    assert player.get("/play/code/1.svg").status_code == 404
    assert player.get("/play/code/99.svg").status_code == 404
    with pytest.raises(ValueError, match="5000"):
        draw_code("qr", b"7" * 5000)


def test_a_click_sends_the_cards_bytes_to_the_chosen_scanner(player: FlaskClient, ear: Ear) -> None:
    for n, raw in ((0, b"4901234567894"), (1, b"7" * 5000), (2, b"\xff\x00\x80")):
        assert player.post("/play/send", data={"station": "kiosk-1", "card": n}).json == {"ok": True}
        assert base64.b64decode(str(ear.heard[-1]["send"])) == raw


@pytest.mark.parametrize("fault", ("none", "drop", "stall", "vanish"))
def test_a_fault_is_told_to_the_scanner(player: FlaskClient, ear: Ear, fault: str) -> None:
    assert player.post("/play/fault", data={"station": "kiosk-1", "fault": fault}).json == {"ok": True}
    assert ear.heard[-1]["fault"] == fault


def test_a_scanner_that_is_away_is_said_in_words(player: FlaskClient) -> None:
    answer = player.post("/play/send", data={"station": "door", "card": 0})
    assert answer.status_code == 503
    assert answer.json is not None
    assert "読み取り機が答えません" in answer.json["text"]


def test_a_rotating_code_is_signed_fresh_and_never_twice_the_same(player: FlaskClient) -> None:
    codes = [player.post("/play/token").json for _ in range(2)]
    assert codes[0] is not None
    assert codes[1] is not None
    rules = CodeRules(keys={"k1": TokenKey(issuer="app", public=public_key_text(KEY))})
    meanings = [verify_token(one["code"], rules) for one in codes if one]
    assert all(isinstance(one, MemberToken) and one.member == "m-1" for one in meanings)
    assert codes[0]["code"] != codes[1]["code"]
    assert player.get(codes[0]["picture"]).mimetype == "image/svg+xml"


def test_a_strangers_page_scans_nothing(player: FlaskClient, ear: Ear) -> None:
    player.environ_base["HTTP_SEC_FETCH_SITE"] = "cross-site"
    assert player.post("/play/send", data={"station": "kiosk-1", "card": 0}).status_code == 403
    assert ear.heard == []
