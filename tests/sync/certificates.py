"""A certificate authority for a test, and certificates for a broker on loopback and for stores by name."""

import ipaddress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


@dataclass
class Authority:
    """Signs certificates; files go into `folder` as PEM."""

    folder: Path
    name: str = "test authority"
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def __post_init__(self) -> None:
        builder = self._builder(self.name, self.key.public_key()).add_extension(
            x509.BasicConstraints(ca=True, path_length=0), critical=True
        )
        self._write(f"{self.name}.crt", builder.sign(self.key, hashes.SHA256()))

    @property
    def file(self) -> str:
        return str(self.folder / f"{self.name}.crt")

    def issue(self, common: str) -> tuple[str, str]:
        """Certificate and key files for a name, which also serve at 127.0.0.1."""
        key = ec.generate_private_key(ec.SECP256R1())
        here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
        builder = self._builder(common, key.public_key()).add_extension(here, critical=False)
        self._write(f"{common}.crt", builder.sign(self.key, hashes.SHA256()))
        place = self.folder / f"{common}.key"
        place.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return str(self.folder / f"{common}.crt"), str(place)

    def revoke(self, *commons: str) -> str:
        """The authority's list of what it has withdrawn, as of now, with the certificates of these names; its file."""
        now = datetime.now(UTC)
        builder = x509.CertificateRevocationListBuilder().issuer_name(_name(self.name))
        builder = builder.last_update(now - timedelta(hours=1)).next_update(now + timedelta(hours=1))
        for common in commons:
            withdrawn = x509.load_pem_x509_certificate((self.folder / f"{common}.crt").read_bytes())
            entry = x509.RevokedCertificateBuilder().serial_number(withdrawn.serial_number).revocation_date(now)
            builder = builder.add_revoked_certificate(entry.build())
        place = self.folder / "crl.pem"
        place.write_bytes(builder.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
        return str(place)

    def _builder(self, common: str, public: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(_name(common))
            .issuer_name(_name(self.name))
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(hours=1))
        )

    def _write(self, name: str, certificate: x509.Certificate) -> None:
        (self.folder / name).write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
