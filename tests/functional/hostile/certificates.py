"""Certificates for a Finpay on loopback: a good one, and those that nobody may trust."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

BAD = ("self-signed", "expired", "not yet valid", "of another host")
_HERE = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
_ELSEWHERE = x509.SubjectAlternativeName([x509.DNSName("live.finnet.co.id")])
_DAY = timedelta(days=1)
_SIGNS = x509.KeyUsage(
    key_cert_sign=True,
    crl_sign=True,
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    encipher_only=False,
    decipher_only=False,
)


@dataclass(frozen=True)
class Authority:
    """Who signs certificates; `bundle` is what trusts it."""

    key: ec.EllipticCurvePrivateKey
    bundle: Path

    @classmethod
    def founded(cls, folder: Path) -> "Authority":
        key = ec.generate_private_key(ec.SECP256R1())
        made = _builder("authority", key, datetime.now(UTC) - _DAY).issuer_name(_name("authority"))
        made = made.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        made = made.add_extension(_SIGNS, critical=True)
        made = made.add_extension(
            x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
        )
        bundle = folder / "authority.pem"
        bundle.write_bytes(_pem(made.sign(key, hashes.SHA256())))
        return cls(key, bundle)

    def certificate(self, kind: str, folder: Path) -> Path:
        """A file with key and certificate; "good", or one of BAD."""
        key = ec.generate_private_key(ec.SECP256R1())
        start = {"expired": -3 * _DAY, "not yet valid": _DAY}.get(kind, -_DAY)
        made = _builder("finpay", key, datetime.now(UTC) + start)
        made = made.issuer_name(_name("finpay" if kind == "self-signed" else "authority"))
        names = _ELSEWHERE if kind == "of another host" else _HERE
        made = made.add_extension(names, critical=False)
        signer = key if kind == "self-signed" else self.key
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
        signed = made.add_extension(issuer, critical=False).sign(signer, hashes.SHA256())
        private = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        path = folder / f"{kind}.pem"
        path.write_bytes(private + _pem(signed))
        return path


def _builder(
    subject: str, key: ec.EllipticCurvePrivateKey, start: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + 2 * _DAY)
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common)])


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
