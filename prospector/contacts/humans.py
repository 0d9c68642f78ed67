"""humans.txt, the plain file in which a site names the people behind it, as a page that the contact finder can read."""

from __future__ import annotations

import html as entities
import re
from urllib.parse import urlsplit

MAX_TEXT = 20_000
_MARKUP = re.compile(r"<!doctype|<(?:html|head|body|title|meta|div|script)\b", re.IGNORECASE)


def humans_page(text: str, url: str) -> str:
    """What was found at humans.txt as HTML, a paragraph for each line; every other page as it is.

    A site that has none may answer with a page that says so: that tells nothing.
    """
    if not is_humans_file(url):
        return text
    if _MARKUP.search(text[:2_000]):
        return ""
    return "".join(f"<p>{entities.escape(line)}</p>" for line in text[:MAX_TEXT].splitlines())


def is_humans_file(url: str) -> bool:
    try:
        return urlsplit(url).path.rpartition("/")[2].lower() == "humans.txt"
    except ValueError:
        return False
