"""Brand colours and pictures."""

import pytest
from flask.testing import FlaskClient

from edge.config.policy import Brand, Policy
from edge.replica import hq_replica
from tests.ui.shop_floor import Floor
from ui.theme import ink_on


def test_the_brands_colours_are_hqs(client: FlaskClient, floor: Floor) -> None:
    floor.policy(Policy(brand=Brand(colour="#205080", tint="#eef3f8")))
    answer = client.get("/brand.css")
    assert answer.mimetype == "text/css"
    assert "--brand:#205080" in answer.text
    assert "--brand-ink:#ffffff" in answer.text


@pytest.mark.parametrize(("ground", "ink"), [("#7b1e2d", "#ffffff"), ("#f2c200", "#1c1a17"), ("#000000", "#ffffff")])
def test_the_ink_on_a_colour_is_the_one_that_reads(ground: str, ink: str) -> None:
    assert ink_on(ground) == ink


def test_a_picture_is_dyed(client: FlaskClient) -> None:
    answer = client.get("/picture/shirt.svg?colour=e9e3d6")
    assert answer.mimetype == "image/svg+xml"
    assert 'fill="#e9e3d6"' in answer.text
    assert "var(--fabric)" not in answer.text


@pytest.mark.parametrize("colour", ["red", "e9e3d", '"/><script>', "E9E3D6", "../../etc"])
def test_a_colour_is_six_hexadecimal_digits(client: FlaskClient, colour: str) -> None:
    assert client.get("/picture/shirt.svg", query_string={"colour": colour}).status_code == 400


def test_a_picture_runs_nothing_even_when_opened_by_itself(client: FlaskClient) -> None:
    assert "sandbox" in client.get("/picture/shirt.svg").headers["Content-Security-Policy"]


def test_a_picture_nobody_has_is_not_found(client: FlaskClient) -> None:
    assert client.get("/picture/hat.svg").status_code == 404


def test_a_picture_is_kept_as_long_as_its_version(client: FlaskClient, floor: Floor) -> None:
    version = hq_replica.feed_stamp(floor.hq, "content")
    assert "immutable" in client.get(f"/picture/shirt.svg?v={version}").headers["Cache-Control"]
    answer = client.get("/picture/shirt.svg?v=0")
    assert answer.headers["Cache-Control"] == "no-cache"
    again = client.get("/picture/shirt.svg?v=0", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_static_files_are_kept_for_ever_under_an_address_that_changes_with_them(client: FlaskClient) -> None:
    page = client.get("/board").text
    address = page.split('href="/static/')[1].split('"')[0]
    answer = client.get(f"/static/{address}")
    assert answer.status_code == 200
    assert "max-age=31536000" in answer.headers["Cache-Control"]
    answer.close()
