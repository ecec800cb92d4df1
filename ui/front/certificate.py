"""The certificate of the pages on the network: one from files, or one that the box makes, vouches for and renews itself."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from edge.config.toml_schema import BadConfig, Config
from edge.validation.fault import Fault
from edge.validation.setting_file import read_file_of_setting
from ui.front.addresses import Address

AUTHORITY, AUTHORITY_KEY, SITE = "ca.crt", "ca.key", "site.pem"
# Who trusts the box's authority once need not do it again: it begins when no Noren ran before, and a clock has to be thirty
# years ahead to take it for one that ends. A box without a clock of its own starts at any time.
AUTHORITY_LIFETIME = timedelta(days=30 * 365)
CERTIFICATE_LIFETIME = timedelta(days=397)  # the most that every browser takes
RENEWED_BEFORE_END = timedelta(days=30)  # before the end
BACKDATED_BY = timedelta(days=30)  # a tablet's clock may be behind the box's
EARLIEST_TIME = datetime(2026, 8, 1, tzinfo=UTC)  # no Noren ran before this: a clock that shows less is not set
# What the box's authority may vouch for: itself, and nothing else of a tablet's world, should its key be stolen.
PRIVATE_NETWORKS = (
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "169.254.0.0/16",
    "127.0.0.0/8",
    "fc00::/7",
    "fe80::/10",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFingerprints:
    """What an installer compares before a device is set to trust the box."""

    fingerprint: str  # SHA-256 of the certificate to trust: the box's authority, or the one from the file
    ends: datetime  # of the certificate the pages show
    own: bool  # made by the box itself

    @property
    def rows(self) -> list[str]:
        """The fingerprint as people compare it, eight bytes a row."""
        parts = self.fingerprint.split(":")
        return [" ".join(parts[at : at + 8]) for at in range(0, len(parts), 8)]


def renew_certificate(
    config: Config, folder: Path, names: Iterable[str], addresses: Sequence[Address], at: datetime
) -> bool:
    """Make sure that `folder` holds a certificate for HAProxy that is valid for these names; returns whether it is new.

    Raises BadConfig if the files named in noren.toml are not a certificate and its key.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    if config.web.certificate and config.web.key:
        return _put(folder / SITE, _from_files(config.web.certificate, config.web.key))
    at = max(at, EARLIEST_TIME)
    wanted = sorted(set(names)), [address for address in addresses if _may_vouch(address)]
    authority = _authority(folder, wanted[0], at)
    there = _read(folder / SITE)
    if there and _is_good(there, authority, wanted, at):
        return False
    return _put(folder / SITE, _site(folder, authority, wanted, at))


def shown_fingerprints(config: Config, folder: Path) -> ShownFingerprints | None:
    """What the pages on the network show now; None before the front has begun."""
    own = not config.web.certificate
    site, root = _read(folder / SITE), _read(folder / AUTHORITY) if own else None
    if site is None or (own and root is None):
        return None
    digest = (root or site).fingerprint(hashes.SHA256()).hex(":").upper()
    return ShownFingerprints(fingerprint=digest, ends=site.not_valid_after_utc, own=own)


CertificateNames = tuple[list[str], list[Address]]


def _may_vouch(address: Address) -> bool:
    return any(address in ip_network(net) for net in PRIVATE_NETWORKS)


def _read(path: Path) -> x509.Certificate | None:
    """The certificate in a file of our own; None if there is none, or the card has damaged it."""
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return None


def _signer(folder: Path) -> ec.EllipticCurvePrivateKey | None:
    """The key of the box's own CA; None if there is none, or the card has damaged it."""
    try:
        key = serialization.load_pem_private_key((folder / AUTHORITY_KEY).read_bytes(), None)
    except (FileNotFoundError, ValueError):
        return None
    return key if isinstance(key, ec.EllipticCurvePrivateKey) else None


def _put(path: Path, content: bytes) -> bool:
    """Write a file whole or not at all; False if it exists already."""
    if path.exists() and path.read_bytes() == content:
        return False
    new = path.with_suffix(".new")
    with open(new, "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    return True


def _from_files(certificate: str, key: str) -> bytes:
    """Both in one, as the front wants them. Raises BadConfig."""
    parts = [read_file_of_setting("web.certificate", certificate), read_file_of_setting("web.key", key)]
    if found := [part for part in parts if isinstance(part, Fault)]:
        raise BadConfig(*found)
    chain, private = (part for part in parts if isinstance(part, bytes))
    try:
        public = x509.load_pem_x509_certificates(chain)[0].public_key()
    except ValueError as error:
        raise BadConfig(Fault("web.certificate", f"{certificate} is no certificate in PEM: {error}")) from None
    try:
        own = serialization.load_pem_private_key(private, None).public_key()
    except (ValueError, TypeError) as error:
        raise BadConfig(Fault("web.key", f"{key} is no key in PEM without a password: {error}")) from None
    if own != public:
        raise BadConfig(Fault("web.key", f"{key} is not the key of {certificate}"))
    return chain.rstrip() + b"\n" + private


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _builder(
    common: str, issuer: str, public: ec.EllipticCurvePublicKey, begins: datetime, lives: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common[:64])]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer[:64])]))
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + lives)
    )


def _authority(folder: Path, names: list[str], at: datetime) -> x509.Certificate:
    """The box's own CA; a new one if there is none, it expires soon, or it may not sign for a name of the box."""
    there, signer = _read(folder / AUTHORITY), _signer(folder)
    is_whole = there and signer and there.public_key() == signer.public_key()
    if there and is_whole and at < there.not_valid_after_utc - CERTIFICATE_LIFETIME and _vouches(there, names):
        return there
    key = ec.generate_private_key(ec.SECP256R1())
    known_as = next((name for name in names if name != "localhost"), "box")
    common = f"Noren {known_as} {os.urandom(4).hex()}"  # two boxes of one name are two authorities
    limits = [x509.DNSName(name) for name in names] + [x509.IPAddress(ip_network(net)) for net in PRIVATE_NETWORKS]
    made = (
        _builder(common, common, key.public_key(), EARLIEST_TIME - BACKDATED_BY, AUTHORITY_LIFETIME)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.NameConstraints(permitted_subtrees=limits, excluded_subtrees=None), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _put(folder / AUTHORITY_KEY, _pem(key))
    _put(folder / AUTHORITY, made.public_bytes(serialization.Encoding.PEM))
    return made


def _vouches(authority: x509.Certificate, names: list[str]) -> bool:
    limits = authority.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees or []
    return set(names) <= {limit.value for limit in limits if isinstance(limit, x509.DNSName)}


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        key_cert_sign=signs,
        crl_sign=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _is_good(there: x509.Certificate, authority: x509.Certificate, wanted: CertificateNames, at: datetime) -> bool:
    """Whether the present certificate still has the right content, and is valid for more than a few days."""
    if (
        there.issuer != authority.subject
        or not there.not_valid_before_utc <= at < there.not_valid_after_utc - RENEWED_BEFORE_END
    ):
        return False
    said = there.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return (sorted(said.get_values_for_type(x509.DNSName)), said.get_values_for_type(x509.IPAddress)) == wanted


def _site(folder: Path, authority: x509.Certificate, wanted: CertificateNames, at: datetime) -> bytes:
    """A new key and its certificate, signed by the box's authority."""
    names, addresses = wanted
    signer = _signer(folder)
    assert signer is not None  # `_authority` has just seen it
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = str(authority.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)
    said = [*(x509.DNSName(name) for name in names), *(x509.IPAddress(address) for address in addresses)]
    made = (
        _builder(names[0], issuer, key.public_key(), at - BACKDATED_BY, CERTIFICATE_LIFETIME)
        .add_extension(x509.SubjectAlternativeName(said), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()),
            critical=False,
        )
        .sign(signer, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM) + _pem(key)
