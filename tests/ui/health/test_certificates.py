"""The days until a certificate's end, reported in time to do something about it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import msgspec
import pytest

from edge.config.toml_schema import Config
from edge.platform.clock import now
from tests.ui.health.conftest import Look
from tests.ui.shop_floor import Floor
from ui.front import haproxy
from ui.front.certificate import BACKDATED_BY, CERTIFICATE_LIFETIME, SITE, renew_certificate

MADE = datetime(2026, 11, 26, 9, tzinfo=UTC)
ENDS = CERTIFICATE_LIFETIME - BACKDATED_BY  # after it was made


@pytest.fixture
def config(floor: Floor) -> Config:
    """With pages on the network, and their certificate made."""
    web = msgspec.structs.replace(floor.config.web, lan="192.168.7.20")
    config = msgspec.structs.replace(floor.config, web=web)
    renew_certificate(config, haproxy.folder(config), ["ginza-1"], [ip_address("192.168.7.20")], MADE)
    return config


@pytest.mark.parametrize(
    ("after", "state", "days"),
    [
        (timedelta(), "ok", 367),
        (ENDS - timedelta(days=21), "ok", 21),
        (ENDS - timedelta(days=20, hours=1), "soon", 20),
        (ENDS, "ended", 0),
        (ENDS + timedelta(days=9), "ended", 0),
    ],
)
def test_the_pages_certificate_is_told_before_its_end(
    look: Look, config: Config, after: timedelta, state: str, days: int
) -> None:
    (found,) = look("certificates.pages", config=config, moment=replace(now(), time=MADE + after))
    assert (found.state, found.args["days"]) == (state, days)


def test_of_several_in_a_file_the_first_end_counts_and_each_file_is_told(look: Look, config: Config) -> None:
    site = haproxy.folder(config) / SITE
    hq = msgspec.structs.replace(config.hq, ca_file=str(site.with_name("ca.crt")), cert_file=str(site))
    found = look("certificates.hq", config=msgspec.structs.replace(config, hq=hq), moment=replace(now(), time=MADE))
    assert [(Path(one.subject).name, one.state) for one in found] == [("ca.crt", "ok"), (SITE, "ok")]
    assert int(str(found[0].args["days"])) > int(str(found[1].args["days"])) == 367
    both = site.with_name("chain.pem")
    both.write_bytes(site.with_name("ca.crt").read_bytes() + site.read_bytes())
    hq = msgspec.structs.replace(config.hq, cert_file=str(both))
    (one,) = look("certificates.hq", config=msgspec.structs.replace(config, hq=hq), moment=replace(now(), time=MADE))
    assert one.args["days"] == 367


def test_what_is_no_certificate_is_told(look: Look, config: Config) -> None:
    (haproxy.folder(config) / SITE).write_bytes(b"no certificate")
    assert look("certificates.pages", config=config)[0].state == "damaged"


def test_days_are_not_counted_by_a_clock_that_was_never_set(look: Look, config: Config) -> None:
    found = look("certificates.pages", config=config, moment=replace(now(), time=datetime(1970, 1, 1, tzinfo=UTC)))
    assert [one.state for one in found] == ["clock"]


def test_where_no_certificate_is_there_is_none_to_end(look: Look) -> None:
    assert [look(check)[0].state for check in ("certificates.pages", "certificates.hq")] == ["none", "none"]
