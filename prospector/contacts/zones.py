"""Which part of a page an element belongs to: its text, its footer, its readers' comments. A new name for a part is a new word in a pattern here."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache

MAX_MARKS = 300  # characters of ids and classes that are looked at


class Zone(StrEnum):
    """The part of a page a thing stands in."""

    MAIN = "main"
    FOOTER = "footer"
    ADDRESS = "address"  # the <address> element
    CHROME = "chrome"  # header, navigation, side column: the same on every page
    COMMENTS = "comments"  # readers' words
    CODE = "code"  # examples


_CODE = frozenset(("code", "samp", "kbd", "textarea", "xmp", "listing"))
_COMMENT_MARK = re.compile(
    r"(?:^|[\s_-])(?:comments?|commentlist|comment-?list|comment-?body|comment-?content|respond|disqus|reader-comments|kommentare?|comentarios?|commentaires?)(?:$|[\s_-])",
    re.IGNORECASE,
)
_FOOTER_MARK = re.compile(
    r"(?:^|[\s_-])(?:site-?footer|footer|colophon|foot|bottom|page-?footer|copyright|footerbar|fuss|fusszeile|pie|rodape|pied)(?:$|[\s_-]|\d)",
    re.IGNORECASE,
)
_CHROME_MARK = re.compile(
    r"(?:^|[\s_-])(?:header|masthead|nav|navbar|navigation|menu|sidebar|side-?bar|top-?bar|topbar|widget|social|socials|profile|author-?card|author-?links?|about-?author)(?:$|[\s_-]|\d)",
    re.IGNORECASE,
)
_CODE_MARK = re.compile(
    r"(?:^|[\s_-])(?:highlight|codehilite|code-?block|sourcecode|prettyprint|hljs|syntaxhighlighter|language-\w+)(?:$|[\s_-])",
    re.IGNORECASE,
)


def zone_of(tag: str, attributes: dict[str, str | None], outer: Zone) -> Zone:
    """The zone of an element: what its tag and its maker's names for it say, else that of the element around it."""
    if outer in (Zone.COMMENTS, Zone.CODE):
        return outer
    if tag in ("body", "html", "main"):
        return Zone.MAIN
    marks = f"{attributes.get('id') or ''} {attributes.get('class') or ''} {attributes.get('role') or ''}"[:MAX_MARKS]
    named = _named(tag, marks)
    return outer if named is Zone.CHROME and outer is not Zone.MAIN else named or outer


@lru_cache(maxsize=4096)
def _named(tag: str, marks: str) -> Zone | None:
    if _COMMENT_MARK.search(marks):
        return Zone.COMMENTS
    if tag in _CODE or (tag in ("pre", "div", "figure", "table") and _CODE_MARK.search(marks)):
        return Zone.CODE
    if tag == "address":
        return Zone.ADDRESS
    if tag == "footer" or _FOOTER_MARK.search(marks) or "contentinfo" in marks:
        return Zone.FOOTER
    return Zone.CHROME if tag in ("header", "nav", "aside") or _CHROME_MARK.search(marks) else None
