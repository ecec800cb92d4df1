"""Who may post, and what every answer forbids a browser."""

import pytest
from flask.testing import FlaskClient

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


def test_a_broken_database_is_told_in_peoples_words_and_by_a_number(client: FlaskClient, floor: object) -> None:
    from tests.ui.shop_floor import Floor

    assert isinstance(floor, Floor)
    floor.hq.conn.execute("drop table catalog")
    answer = client.get("/kiosk/kiosk-1/product/04901230001026", headers={"Accept-Language": "en"})
    assert answer.status_code == 503
    assert "This cannot be shown right now" in answer.text
    assert "catalog" not in answer.text
