"""Certificates that are wrong in one way each, for `misbehaving_site`. Made once per test run, signed by an authority of our own."""

from __future__ import annotations

import ssl
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ADDRESSES = ("127.0.0.1", "::1")
NAMES = ("localhost", "*.test")
# the problems that a certificate can have; "good" has none for whoever trusts `Contexts.authority`
PROBLEMS = ("good", "expired", "not-yet-valid", "self-signed", "wrong-host", "untrusted", "incomplete")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    name: x509.Name
    key: ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Contexts:
    server: dict[str, ssl.SSLContext]  # problem → what a server needs to have it
    authority: str  # PEM, to trust
    certificates: dict[str, str]  # problem → PEM, for servers that are programs of their own
    key: str  # PEM, of all of them


def _signer(name: str) -> Signer:
    return Signer(name=x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]), key=ec.generate_private_key(ec.SECP256R1()))


def _sign(owner: Signer, by: Signer, *, names: tuple[str, ...] = (), days: tuple[int, int] = (-1, 30)) -> str:
    """A certificate in PEM. Without names it is an authority's."""
    now = datetime.now(UTC)
    start, end = (now + timedelta(days=day) for day in days)
    builder = x509.CertificateBuilder(by.name, owner.name, owner.key.public_key(), x509.random_serial_number(), start, end)
    builder = builder.add_extension(x509.BasicConstraints(ca=not names, path_length=None), critical=True)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(owner.key.public_key()), critical=False)
    builder = builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.key.public_key()), critical=False)
    if names:
        alternatives = [x509.DNSName(name) for name in names]
        own_addresses = [x509.IPAddress(ip_address(address)) for address in ADDRESSES] if names == NAMES else []
        builder = builder.add_extension(x509.SubjectAlternativeName([*alternatives, *own_addresses]), critical=False)
    else:
        usage = x509.KeyUsage(
            digital_signature=False,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=True,
            crl_sign=True,
            encipher_only=False,
            decipher_only=False,
        )
        builder = builder.add_extension(usage, critical=True)
    return builder.sign(by.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


@cache
def contexts() -> Contexts:
    root, middle, stranger, leaf = (_signer(name) for name in ("test root", "test intermediate", "stranger", "misbehaving site"))
    certificates = {
        "good": _sign(leaf, root, names=NAMES),
        "expired": _sign(leaf, root, names=NAMES, days=(-60, -30)),
        "not-yet-valid": _sign(leaf, root, names=NAMES, days=(30, 60)),
        "self-signed": _sign(leaf, leaf, names=NAMES),
        "wrong-host": _sign(leaf, root, names=("elsewhere.example",)),
        "untrusted": _sign(leaf, stranger, names=NAMES),
        "incomplete": _sign(leaf, middle, names=NAMES),  # the intermediate, which the root did sign, is not sent
    }
    key = leaf.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    server = {}
    with tempfile.TemporaryDirectory() as folder:  # ssl reads keys from files only
        for problem, certificate in certificates.items():
            file = Path(folder) / f"{problem}.pem"
            file.write_bytes(key + certificate.encode())
            server[problem] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            server[problem].load_cert_chain(file)
    return Contexts(server=server, authority=_sign(root, root), certificates=certificates, key=key.decode())
