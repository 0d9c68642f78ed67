"""Addresses kept in attributes: data-cfemail, data-user with data-domain, email.php?u=&d=."""

from __future__ import annotations

import re
from collections.abc import Iterator

from prospector.contacts import scripts
from prospector.contacts.addresses import addresses_in, of_mailto

MAX_ATTRIBUTES = 20  # of one element


def data_addresses(attributes: dict[str, str | None]) -> Iterator[str]:
    """`data-user` and `data-domain`, `data-email` in one of the usual encodings."""
    data = {name[5:]: value for name, value in attributes.items() if name.startswith("data-") and value and name != "data-cfemail"}
    if not data:
        return
    user = next((data[name] for name in ("user", "name", "local", "u", "mailbox", "to", "part1", "before") if name in data), "")
    domain = next((data[name] for name in ("domain", "host", "website", "d", "at", "part2", "after") if name in data), "")
    if user and domain and len(user) + len(domain) < 100:
        top = data.get("tld", "")
        yield from (found.address for found in addresses_in(f"{user}@{domain}" + (f".{top.lstrip('.')}" if top else "")))
    for name, value in list(data.items())[:MAX_ATTRIBUTES]:
        if 8 <= len(value) <= 400 and ("mail" in name or name in ("contact", "address", "href", "enc", "e")):
            address = scripts.decoded(value)
            if address:
                yield address


def from_query(href: str) -> tuple[str, ...]:
    """`email.php?u=jane&d=garden.example`."""
    pairs = dict(re.findall(r"[?&;]([a-z]{1,10})=([^&;#]{1,60})", href, re.IGNORECASE))
    user = next((pairs[name] for name in ("u", "user", "name", "n", "local", "to") if name in pairs), "")
    domain = next((pairs[name] for name in ("d", "domain", "dom", "host", "h", "at") if name in pairs), "")
    return of_mailto(f"mailto:{user}@{domain}") if user and domain else ()


def unxored(code: str) -> str:
    """Cloudflare's data-cfemail: each byte is xored with the first."""
    try:
        raw = bytes.fromhex(code[:600])
    except ValueError:
        return ""
    return bytes(byte ^ raw[0] for byte in raw[1:]).decode("utf-8", "replace") if raw else ""
