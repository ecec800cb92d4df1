"""The box's certificate: for its names, by an authority that may vouch for nothing else, renewed in time."""

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509 import verification

from edge.config.toml_schema import BadConfig, Config
from tests.sync.certificates import Authority
from tests.ui.shop_floor import settings
from ui.front.certificate import (
    AUTHORITY,
    AUTHORITY_KEY,
    CERTIFICATE_LIFETIME,
    RENEWED_BEFORE_END,
    SITE,
    renew_certificate,
    shown_fingerprints,
)

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
NAMES = ["ginza-1", "ginza-1.local"]
HERE = [ip_address("192.168.7.20")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "front"


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return settings(tmp_path)


def site(folder: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate((folder / SITE).read_bytes())


def verified(folder: Path, subject: x509.GeneralName, at: datetime = NOW) -> bool:
    """Whether a device that trusts the box's authority takes the certificate for this name."""
    root = x509.load_pem_x509_certificate((folder / AUTHORITY).read_bytes())
    builder = verification.PolicyBuilder().store(verification.Store([root])).time(at)
    assert isinstance(subject, x509.DNSName | x509.IPAddress)
    try:
        builder.build_server_verifier(subject).verify(site(folder), [])
    except verification.VerificationError:
        return False
    return True


def test_a_device_that_trusts_the_box_takes_it_for_each_of_its_names(config: Config, folder: Path) -> None:
    assert renew_certificate(config, folder, NAMES, HERE, NOW)
    for subject in (*map(x509.DNSName, NAMES), x509.IPAddress(HERE[0])):
        assert verified(folder, subject), subject
    assert not verified(folder, x509.DNSName("ginza-2"))


def test_keys_are_read_by_nobody_else(config: Config, folder: Path) -> None:
    renew_certificate(config, folder, NAMES, HERE, NOW)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {(folder / name).stat().st_mode & 0o777 for name in (AUTHORITY_KEY, SITE)} == {0o600}


def test_nothing_is_made_anew_without_a_reason(config: Config, folder: Path) -> None:
    renew_certificate(config, folder, NAMES, HERE, NOW)
    assert not renew_certificate(config, folder, reversed(NAMES), HERE, NOW + timedelta(days=300))


@pytest.mark.parametrize(
    ("names", "addresses", "later"),
    [
        (NAMES, HERE, CERTIFICATE_LIFETIME - RENEWED_BEFORE_END),  # before its end
        (NAMES, [ip_address("192.168.7.21")], timedelta(hours=1)),  # the router gave it another address
        (NAMES[:1], HERE, timedelta(hours=1)),
    ],
)
def test_it_is_renewed_and_whoever_trusts_the_box_need_do_nothing(
    config: Config, folder: Path, names: list[str], addresses: list[object], later: timedelta
) -> None:
    renew_certificate(config, folder, NAMES, HERE, NOW)
    trusted = (folder / AUTHORITY).read_bytes()
    assert renew_certificate(config, folder, names, addresses, NOW + later)  # type: ignore[arg-type]
    assert (folder / AUTHORITY).read_bytes() == trusted
    assert verified(folder, x509.DNSName(names[0]), NOW + later)


def test_a_new_name_needs_a_new_authority_because_the_old_one_may_not_vouch_for_it(
    config: Config, folder: Path
) -> None:
    renew_certificate(config, folder, NAMES, HERE, NOW)
    trusted = (folder / AUTHORITY).read_bytes()
    assert renew_certificate(config, folder, [*NAMES, "noren.example"], HERE, NOW)
    assert (folder / AUTHORITY).read_bytes() != trusted
    assert verified(folder, x509.DNSName("noren.example"))


def test_the_authority_may_not_vouch_for_the_world(config: Config, folder: Path) -> None:
    renew_certificate(config, folder, NAMES, HERE, NOW)
    root = x509.load_pem_x509_certificate((folder / AUTHORITY).read_bytes())
    limits = root.extensions.get_extension_for_class(x509.NameConstraints)
    assert limits.critical
    permitted = limits.value.permitted_subtrees or []
    assert {one.value for one in permitted if isinstance(one, x509.DNSName)} == set(NAMES)
    assert not [one for one in permitted if isinstance(one, x509.IPAddress) and one.value.is_global]


def test_a_box_that_has_not_heard_the_time_makes_one_that_is_good_when_it_has(config: Config, folder: Path) -> None:
    renew_certificate(config, folder, NAMES, HERE, datetime(1970, 1, 1, tzinfo=UTC))
    assert verified(folder, x509.DNSName(NAMES[0]))
    renew_certificate(config, folder, NAMES, HERE, datetime(2031, 1, 1, tzinfo=UTC))
    assert renew_certificate(config, folder, NAMES, HERE, NOW)  # the clock is right again
    assert verified(folder, x509.DNSName(NAMES[0]))


@pytest.mark.parametrize(
    "wrong", [datetime(1970, 1, 1, tzinfo=UTC), NOW - timedelta(days=90), datetime(2038, 1, 19, tzinfo=UTC)]
)
def test_a_start_with_a_wrong_clock_keeps_the_authority_that_tablets_trust(
    config: Config, folder: Path, wrong: datetime
) -> None:
    renew_certificate(config, folder, NAMES, HERE, NOW)
    trusted = (folder / AUTHORITY).read_bytes()
    for at in (wrong, NOW):
        renew_certificate(config, folder, NAMES, HERE, at)
        assert (folder / AUTHORITY).read_bytes() == trusted
    assert verified(folder, x509.DNSName(NAMES[0]))


@pytest.mark.parametrize("name", [AUTHORITY, AUTHORITY_KEY, SITE])
def test_what_a_card_has_lost_is_made_anew(config: Config, folder: Path, name: str) -> None:
    renew_certificate(config, folder, NAMES, HERE, NOW)
    (folder / name).write_bytes(b"\0" * 4096)
    assert renew_certificate(config, folder, NAMES, HERE, NOW)
    assert verified(folder, x509.DNSName(NAMES[0]))


def given(config: Config, certificate: str, key: str) -> Config:
    web = msgspec.structs.replace(config.web, certificate=certificate, key=key)
    return msgspec.structs.replace(config, web=web)


def test_headquarters_certificate_is_taken_as_it_is(config: Config, folder: Path, tmp_path: Path) -> None:
    certificate, key = Authority(tmp_path).issue("ginza-1")
    assert renew_certificate(given(config, certificate, key), folder, NAMES, HERE, NOW)
    ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(folder / SITE)
    assert not (folder / AUTHORITY_KEY).exists()
    assert not renew_certificate(given(config, certificate, key), folder, NAMES, HERE, NOW)
    told = shown_fingerprints(given(config, certificate, key), folder)
    assert told is not None
    assert not told.own


def test_files_that_do_not_fit_are_named(config: Config, folder: Path, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    (certificate, key), (_, other) = authority.issue("a"), authority.issue("b")
    for files, named in (
        ((certificate, other), "web.key"),
        ((key, key), "web.certificate"),
        ((certificate, "/no"), "web.key"),
    ):
        with pytest.raises(BadConfig, match=named):
            renew_certificate(given(config, *files), folder, NAMES, HERE, NOW)


def test_what_an_installer_compares_is_the_authority(config: Config, folder: Path) -> None:
    assert shown_fingerprints(config, folder) is None
    renew_certificate(config, folder, NAMES, HERE, NOW)
    told = shown_fingerprints(config, folder)
    assert told is not None
    root = x509.load_pem_x509_certificate((folder / AUTHORITY).read_bytes())
    assert told.fingerprint.replace(":", "").lower() == root.fingerprint(hashes.SHA256()).hex()
    assert told.own
    assert NOW < told.ends < NOW + CERTIFICATE_LIFETIME
