"""Which hosts a request may be for, and the addresses of the pages."""

from pathlib import Path
from socket import gethostname

import msgspec
import pytest
from flask.testing import FlaskClient

from edge.config.toml_schema import WebSection
from tests.ui.shop_floor import Floor, settings
from ui.front.hosts import is_loopback, is_own_host, name_of, own_names
from ui.server import listen_addresses

OWN = own_names(["Noren.Ginza.example"])


@pytest.mark.parametrize(
    "host",
    [
        "localhost:8080",
        "LOCALHOST.",
        "127.0.0.1",
        "192.168.4.20:8080",
        "[::1]:8080",
        "[fe80::1]",
        gethostname(),
        f"{gethostname().partition('.')[0]}.local:80",
        "noren.ginza.example:8443",
    ],
)
def test_what_the_box_is_called_may_be_asked_for(host: str) -> None:
    assert is_own_host(host, OWN)


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8080",
        "localhost.evil.example",
        "192.168.4.20.evil.example",
        "127.0.0.1.nip.io",
        "localhost@evil.example",
        "localhost:8080:1",
        "[::1",
        "[localhost]",
        "::1",
        "",
        "local host",
        "localhost\u0131",
        "evil.example#localhost",
        "0x7f000001",
    ],
)
def test_nothing_else_is(host: str) -> None:
    assert not is_own_host(host, OWN)


@pytest.mark.parametrize(
    ("host", "loops"),
    [
        ("localhost:8080", True),
        ("127.9.0.1", True),
        ("[::1]", True),
        ("[::ffff:127.0.0.1]", True),
        ("0.0.0.0", False),
        ("192.168.4.20", False),
        (gethostname(), False),
        ("127.0.0.1.nip.io", False),
    ],
)
def test_loopback_is_this_very_machine_and_no_name_that_could_be_another(host: str, loops: bool) -> None:
    assert is_loopback(name_of(host)) is loops


@pytest.mark.parametrize("path", ["/", "/kiosk/kiosk-1", "/nowhere", "/staff/counter-1/login", "/static/x"])
@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_strangers_name_is_told_so_in_words(client: FlaskClient, path: str, language: str) -> None:
    answer = client.get(path, headers={"Host": "evil.example", "Accept-Language": language})
    assert answer.status_code == 421
    assert f'<html lang="{language}"' in answer.text
    assert {"ja": "アドレス", "en": "address"}[language] in answer.text


def test_a_page_under_a_strangers_name_can_do_nothing(client: FlaskClient, floor: Floor) -> None:
    """DNS rebinding: to its browser a page of the stranger's is of the same origin as the box."""
    stranger = {"Host": "evil.example:8080", "Origin": "http://evil.example:8080", "Sec-Fetch-Site": "same-origin"}
    for path in ("/kiosk/kiosk-1/call", "/kiosk/kiosk-1/scan", "/staff/counter-1/login"):
        assert client.post(path, headers=stranger, json={"code": "M12345678"}).status_code == 421
    assert floor.db.conn.execute("select count(*) from staff_calls").fetchone() == (0,)
    assert floor.db.conn.execute("select count(*) from page_scans").fetchone() == (0,)


@pytest.mark.parametrize(
    "origin", ["http://[", "http://[::1", "http://[x]/", "//", "http://", "null", "\\", "http://[]@localhost"]
)
def test_an_origin_that_cannot_be_read_is_a_strangers(client: FlaskClient, origin: str) -> None:
    del client.environ_base["HTTP_SEC_FETCH_SITE"]
    assert client.post("/kiosk/kiosk-1/call", headers={"Origin": origin}).status_code == 403


@pytest.mark.parametrize("web", [WebSection(), WebSection(host="::1"), WebSection(lan="0.0.0.0"), WebSection(lan="::")])
def test_the_app_itself_listens_on_loopback_alone_whatever_is_offered_to_the_network(
    web: WebSection, tmp_path: Path
) -> None:
    tcp, *files = listen_addresses(msgspec.structs.replace(settings(tmp_path), web=web))
    assert tcp in ("127.0.0.1:8080", "[::1]:8080")
    assert files == ([f"unix:{tmp_path}/front/app.sock"] if web.lan else [])
