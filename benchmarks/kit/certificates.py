"""An authority of our own and one certificate for all hosts of the tls profile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from benchmarks.kit.web import LISTS, Profile, address, hosts


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    authority: Path
    certificate: Path
    key: Path


def made_in(folder: Path) -> Files:
    """Made anew for each use: they are valid for a day."""
    authority_key, server_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority, server = (x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]) for name in ("Bench authority", "Bench web"))
    signed_by = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    named = (LISTS, *map(address, range(hosts(Profile.TLS))))
    addresses = x509.SubjectAlternativeName([x509.IPAddress(ip_address(one)) for one in named])
    own = (
        _begun(authority, authority, authority_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(authority_key.public_key()), critical=False)
        .add_extension(_signs_certificates(), critical=True)
    )
    web = (
        _begun(server, authority, server_key.public_key()).add_extension(addresses, critical=False).add_extension(signed_by, critical=False)
    )
    files = Files(authority=folder / "authority.pem", certificate=folder / "web.pem", key=folder / "web.key")
    files.authority.write_bytes(own.sign(authority_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    files.certificate.write_bytes(web.sign(authority_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    key = server_key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    files.key.write_bytes(key)
    return files


def _begun(name: x509.Name, by: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return x509.CertificateBuilder(by, name, key, x509.random_serial_number(), now - timedelta(hours=1), now + timedelta(days=1))


def _signs_certificates() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
