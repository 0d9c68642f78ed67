"""The demo's bad certificates: none is signed by anybody; one has run out as well. Made anew for every web."""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

# certificate → how many days ago its year of validity began
BEGAN = {"self-signed": 1, "expired": 400}


def contexts(names: Iterable[str], folder: Path) -> Mapping[str, ssl.SSLContext]:
    """One server context per row of `BEGAN`, good for every name. `folder` must outlive nothing: ssl reads it at once."""
    key = ec.generate_private_key(ec.SECP256R1())
    key_file = folder / "key.pem"
    key_file.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    owner = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "demo web")])
    alternatives = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
    made = {}
    for kind, days in BEGAN.items():
        start = datetime.now(UTC) - timedelta(days=days)
        certificate = (
            x509.CertificateBuilder(owner, owner, key.public_key(), x509.random_serial_number(), start, start + timedelta(days=365))
            .add_extension(alternatives, critical=False)
            .sign(key, hashes.SHA256())
        )
        file = folder / f"{kind}.pem"
        file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        made[kind] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made[kind].load_cert_chain(file, key_file)
    return made
