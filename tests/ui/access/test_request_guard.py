"""Who may post, and what every answer forbids a browser."""

import pytest
from flask.testing import FlaskClient

from tests.ui.shop_floor import Floor

PAGES = ("/", "/kiosk/kiosk-1", "/entrance/door", "/board", "/kiosk/kiosk-1/home", "/nowhere", "/healthz")


@pytest.mark.parametrize("page", PAGES)
def test_every_answer_is_strict_and_kept_by_nobody(client: FlaskClient, page: str) -> None:
    headers = client.get(page).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "SAMEORIGIN"
    assert headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("page", ["/", "/kiosk/kiosk-1", "/board"])
def test_no_page_holds_a_script_or_a_style_of_its_own(client: FlaskClient, page: str) -> None:
    html = client.get(page).text
    assert "style=" not in html
    assert "<style" not in html
    assert "onclick" not in html
    assert html.count("<script") == html.count('<script type="module" src="/static/')


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://["},
        {"Origin": "http://[::1"},
        {},
    ],
)
def test_a_strangers_page_cannot_post(client: FlaskClient, headers: dict[str, str]) -> None:
    del client.environ_base["HTTP_SEC_FETCH_SITE"]
    assert client.post("/kiosk/kiosk-1/call", headers=headers).status_code == 403


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://localhost"}])
def test_our_own_page_can_post(client: FlaskClient, headers: dict[str, str]) -> None:
    del client.environ_base["HTTP_SEC_FETCH_SITE"]
    assert client.post("/kiosk/kiosk-1/call", headers=headers).status_code == 200


def test_a_request_larger_than_any_code_is_refused(client: FlaskClient) -> None:
    answer = client.post("/kiosk/kiosk-1/scan", data=b"x" * 20_000)
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("page", "status"), [("/nowhere", 404), ("/kiosk/counter-1", 404), ("/kiosk/kiosk-1/call", 405)]
)
@pytest.mark.parametrize("language", ["ja", "en"])
def test_trouble_is_told_in_peoples_words(client: FlaskClient, page: str, status: int, language: str) -> None:
    answer = client.get(page, headers={"Accept-Language": language})
    assert answer.status_code == status
    assert f'<html lang="{language}"' in answer.text
    assert "Not Found" not in answer.text
    assert "werkzeug" not in answer.text.lower()


@pytest.mark.parametrize("host", ["[", "a b", "x" * 300, "é", "localhost:port", ""])
def test_a_host_that_is_none_is_refused_in_words(client: FlaskClient, host: str) -> None:
    answer = client.get("/board", headers={"Host": host, "Accept-Language": "en"})
    assert answer.status_code in (200, 400, 421)
    assert "html" in answer.text
    assert "Traceback" not in answer.text


def test_a_broken_database_is_told_in_peoples_words_and_by_a_number(client: FlaskClient, floor: object) -> None:
    from tests.ui.shop_floor import Floor

    assert isinstance(floor, Floor)
    floor.db.conn.execute("drop table stock_moves")
    answer = client.get("/kiosk/kiosk-1/product/04901230001026", headers={"Accept-Language": "en"})
    assert answer.status_code == 503
    assert "This cannot be shown right now" in answer.text
    assert "stock_moves" not in answer.text


@pytest.mark.parametrize(("method", "again"), [("GET", True), ("POST", False)])
def test_a_page_that_failed_is_asked_for_again_by_itself(
    floor: Floor, client: FlaskClient, method: str, again: bool
) -> None:
    """Else a screen on a wall that was begun while the box was in trouble stays there until somebody comes by."""
    floor.db.conn.execute("alter table staff_calls rename to gone")
    floor.db.conn.execute("alter table line rename to no_line")
    path = "/status" if method == "GET" else "/kiosk/kiosk-1/call"
    answer = client.open(path, method=method, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code >= 500
    assert ('http-equiv="refresh"' in answer.text) is again


def test_a_page_that_is_not_there_is_not_asked_for_again(client: FlaskClient) -> None:
    assert 'http-equiv="refresh"' not in client.get("/nowhere").text
