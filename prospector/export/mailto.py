"""A letter as a mailto: link, which opens it in the reader's own mail program. Pure."""

from __future__ import annotations

from urllib.parse import quote

from prospector.export.mail_text import clean_line, clean_text, mail_address

MOST = 2_000  # characters: longer ones are cut or refused by Windows and by browsers


def mailto(recipient: str, subject: str, body: str) -> str | None:
    """None for a recipient that is no mail address, and for a letter that is too long for a link."""
    address = mail_address(recipient)
    if address is None or len(subject) + len(body) > MOST:
        return None
    # quote, not urlencode: mail programs show a "+" as it is
    lines = "\r\n".join(clean_text(body).split("\n"))
    link = f"mailto:{quote(address[0], safe='')}@{address[1]}?subject={quote(clean_line(subject), safe='')}&body={quote(lines, safe='')}"
    return link if len(link) < MOST else None
