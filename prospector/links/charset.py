"""Bytes → text as a browser would read them, and a little kinder where a page lies about its encoding. Never raises."""

import codecs
import re
from functools import lru_cache

from charset_normalizer import from_bytes
from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
# encodings that turn any bytes into letters: a declaration of one proves nothing against bytes that are valid UTF-8
_SINGLE_BYTE = re.compile(r"(?:cp|windows-?)(?:125|874|866)|iso8859|iso-8859|latin|koi8|ascii|mac|tis", re.IGNORECASE)
# Python has codecs that are none of the web's (idna, unicode_escape) and that raise or run on what they meet
_OF_THE_WEB = re.compile(
    r"utf-?(?:8|16)|cp\d|windows-\d|iso-?[82]|koi8|mac|gb|big5|euc|shift|hz$|johab|tis|ks|latin|ascii|us-ascii", re.IGNORECASE
)
_ASCII_RUN = re.compile(rb"[\x00-\x7f]{40,}")
_SAMPLE = 32_768  # bytes shown to the detector: enough to tell, and cheap
_CANDIDATES = [
    "cp1252",
    "cp1250",
    "cp1251",
    "koi8_r",
    "cp1253",
    "cp1254",
    "cp1255",
    "cp1256",
    "gb18030",
    "big5",
    "cp932",
    "euc_jp",
    "cp949",
]
_FALLBACK = "cp1252"


def decode(body: bytes, content_type: str) -> str:
    """The text of a page. Order: byte order mark, header, meta element, detection; undecodable bytes become U+FFFD."""
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, errors="replace")
    declared = _declared(body, content_type)
    if declared and not _SINGLE_BYTE.match(declared):
        text = _strictly(body, declared)
        if text is not None:
            return text
    text = _strictly(body, "utf-8")  # bytes above 0x7F that happen to be valid UTF-8 are UTF-8, whatever is declared
    if text is not None:
        return _wide(body) or text
    if declared and declared != "utf-8":
        return body.decode(declared, errors="replace")
    return _kinder(body, declared=declared)


def _declared(body: bytes, content_type: str) -> str:
    """What header or meta element say, as Python's name of it; "" for what no browser knows."""
    if in_header := _in_header(content_type):
        return in_header
    in_meta = html_body_declared_encoding(body[:4096]) or ""
    # a meta element that can be read is not in UTF-16
    return in_meta if _OF_THE_WEB.match(in_meta) and not in_meta.startswith("utf-16") else ""


@lru_cache(maxsize=256)
def _in_header(content_type: str) -> str:
    found = http_content_type_encoding(content_type) or ""
    return found if _OF_THE_WEB.match(found) else ""


def _strictly(body: bytes, encoding: str) -> str | None:
    """None if some byte does not fit; a character cut off at the very end does no harm."""
    try:
        return codecs.getincrementaldecoder(encoding)("strict").decode(body, final=False)
    except (UnicodeError, LookupError):
        return None


def _wide(body: bytes) -> str:
    """UTF-16 without a mark: every other byte is zero."""
    head = body[:512]
    if head.count(0) * 3 < len(head) or len(head) < 4:
        return ""
    return body.decode("utf-16-be" if head[0] == 0 else "utf-16-le", errors="replace")


def _kinder(body: bytes, *, declared: str) -> str:
    """Not UTF-8 throughout. One bad byte in a page that says UTF-8 is one bad byte; many are another encoding."""
    as_declared = body.decode("utf-8", errors="replace")
    if declared:
        broken = as_declared.count("\ufffd")
        foreign = sum(1 for _ in re.finditer(rb"[\xc2-\xf4][\x80-\xbf]", body[:_SAMPLE]))
        if broken <= max(3, foreign):
            return as_declared
    sample = _ASCII_RUN.sub(b" ", body)[:_SAMPLE]
    best = from_bytes(sample, cp_isolation=_CANDIDATES, steps=4, chunk_size=2048, preemptive_behaviour=False).best()
    return body.decode(best.encoding if best else _FALLBACK, errors="replace")
