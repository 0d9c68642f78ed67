"""Reads e-mail addresses out of scripts without running them: the handful of tricks that pages use to keep harvesters away.

A small reader of string expressions: literals, `+`, names given a string, and the calls that turn strings into strings.
What it does not know it leaves alone. A new trick is a new row in CALLS or a new branch of `_reference`, with its example in tests/contacts/.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import html as entities
import re
from collections.abc import Callable, Iterator
from urllib.parse import unquote

from prospector.contacts.addresses import addresses_in, clean, likeliest, of_mailto

MAX_SCRIPT = 60_000  # longer scripts are libraries: no one hides an address behind a megabyte
MAX_TOKENS = 20_000
MAX_VALUE = 2_000
MAX_DEPTH = 12  # brackets within brackets
_TOKEN = re.compile(
    r"""\s+|//[^\n]*|/\*.*?(?:\*/|\Z)|(?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`)|(?P<name>[A-Za-z_$][\w$]*)|(?P<number>0[xX][0-9a-fA-F]+|[0-9]+)|(?P<sign>.)""",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(u\{[0-9a-fA-F]{1,6}\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[0-7]{1,3}|.)", re.DOTALL)
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{8,}={0,2}")
_IN_TEMPLATE = re.compile(r"\$\{\s*([A-Za-z_$][\w$]*)\s*\}")
_MAILISH = re.compile(r"mail|contact|kontakt|addr|safe|protect|crypt|nospam|write", re.IGNORECASE)
_LOCAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,40}")
_DOMAIN = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9-]{0,40}\.){1,4}[A-Za-z]{2,12}")
_BARE_DOMAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{1,40}")
_TOP = re.compile(r"\.?[A-Za-z]{2,6}")

Token = tuple[str, str]


def addresses_in_script(source: str) -> tuple[str, ...]:
    """Every address that a script would put on the page, as far as it can be read off. Each once, in order."""
    if len(source) > MAX_SCRIPT or not _worth_reading(source):
        return ()
    tokens = _tokens(source)
    values: dict[str, str] = {}
    seen: dict[str, None] = {}
    ways = _ways(source)
    evaluated = list(_expressions(tokens, values))
    written = "".join(value for value, is_written in evaluated if is_written)[:MAX_VALUE]
    for text in [*(value for value, _ in evaluated), written, *values.values()]:
        for address in _addresses_of(text, ways):
            seen.setdefault(address)
    for address in _calls(tokens):
        seen.setdefault(address)
    return tuple(seen)


def addresses_in_call(code: str) -> tuple[str, ...]:
    """The addresses of a `javascript:` link or an on… attribute."""
    return addresses_in_script(unquote(code.partition(":")[2] if code[:11].lower() == "javascript:" else code))


def decoded(value: str) -> str:
    """The address in a data attribute: as it stands, percent-encoded, base64, rot13 or reversed; "" if none of them gives one."""
    ways = (str, unquote, _from_base64, rot13, _reversed, lambda text: rot13(_from_base64(text)), lambda text: _from_base64(rot13(text)))
    return likeliest(found for way in ways for found in _sure(way(value[:MAX_VALUE]).strip()))


def rot13(text: str) -> str:
    return codecs.encode(text, "rot13")


def _reversed(text: str) -> str:
    return text[::-1]


def _sure(text: str) -> Iterator[str]:
    return (found.address for found in addresses_in(text) if found.sure)


def _worth_reading(source: str) -> bool:
    return bool(
        re.search(
            r"@|%40|\\x40|\\u0040|&#(?:64|x40);|fromCharCode|atob|base64|rot13|charCodeAt|reverse|mail|contact|kontakt|crypt",
            source,
            re.IGNORECASE,
        )
    )


Way = Callable[[str], str]


def _ways(source: str) -> tuple[Way, ...]:
    """What the script's own decoding, as far as its words tell, may make of a string."""
    ways: list[Way] = [str]
    if "reverse" in source:
        ways.append(_reversed)
    if re.search(r"rot\s?13|charCodeAt|a-zA-Z", source, re.IGNORECASE):
        ways.append(rot13)
    if re.search(r"atob|base64", source, re.IGNORECASE):
        ways += [
            _from_base64,
            lambda value: rot13(_from_base64(value)),
            lambda value: _from_base64(rot13(value)),
            lambda value: _from_base64(value)[::-1],
        ]
    return tuple(ways)


def _addresses_of(text: str, ways: tuple[Way, ...]) -> Iterator[str]:
    """The addresses in an evaluated string. Where the script decodes, the decoded reading counts if it is the likelier one."""
    readings = [list(_sure(unquote(entities.unescape(way(text))))) for way in ways] if len(text) >= 6 else []
    found = [reading for reading in readings if reading]
    best = likeliest(reading[0] for reading in found)
    yield from next((reading for reading in found if reading[0] == best), [])


def _tokens(source: str) -> list[Token]:
    found: list[Token] = []
    for match in _TOKEN.finditer(source):
        if match.lastgroup:
            found.append((match.lastgroup, match[0]))
            if len(found) >= MAX_TOKENS:
                break
    return found


def _expressions(tokens: list[Token], values: dict[str, str]) -> Iterator[tuple[str, bool]]:
    """Each string expression of the script, evaluated, and whether it is written out; names that are given one are kept in values."""
    at = 0
    while at < len(tokens):
        kind, text = tokens[at]
        if kind == "name" and _sign(tokens, at + 1) in ("=", "+=") and at + 2 < len(tokens):
            adds = _sign(tokens, at + 1) == "+="
            start = at + (3 if adds else 2)
            value, end = _sum(tokens, start, values)
            if value is not None:
                values[text] = (values.get(text, "") + value if adds else value)[:MAX_VALUE]
                at = end
                continue
            at = start
            continue
        value, end = _sum(tokens, at, values)
        if value is not None:
            yield value, any(text in ("write", "writeln") for _, text in tokens[max(0, at - 2) : at])
            at = end
        else:
            at += 1


def _sign(tokens: list[Token], at: int) -> str:
    if at >= len(tokens) or tokens[at][0] != "sign":
        return ""
    if tokens[at][1] == "+" and at + 1 < len(tokens) and tokens[at + 1] == ("sign", "="):
        return "+="
    if tokens[at][1] == "=" and at + 1 < len(tokens) and tokens[at + 1] == ("sign", "="):
        return "=="
    return tokens[at][1]


def _sum(tokens: list[Token], at: int, values: dict[str, str], depth: int = 0) -> tuple[str | None, int]:
    """`a + "b" + f("c")` from here on, and where it ends. Unknown names inside a sum count as nothing; a sum of nothing is None."""
    pieces: list[str] = []
    while True:
        piece, end = _reference(tokens, at, values, depth)
        if piece is None:
            if not pieces or at >= len(tokens) or tokens[at][0] != "name":
                break
            end = at + 1
        else:
            pieces.append(piece)
        at = end
        if _sign(tokens, at) != "+":
            break
        at += 1
    return ("".join(pieces)[:MAX_VALUE], at) if pieces else (None, at)


def _reference(tokens: list[Token], at: int, values: dict[str, str], depth: int) -> tuple[str | None, int]:
    """One operand: a literal, a known name, a known call, a list that is joined; then its methods."""
    if at >= len(tokens) or depth > MAX_DEPTH:
        return None, at
    kind, text = tokens[at]
    value: str | None = None
    end = at + 1
    if kind == "string":
        value = _literal(text)
        if text.startswith("`"):
            value = _IN_TEMPLATE.sub(lambda name: values.get(name[1], ""), value)[:MAX_VALUE]
    elif kind == "sign" and text == "(":
        value, end = _sum(tokens, at + 1, values, depth + 1)
        value, end = (value, end + 1) if value is not None and _sign(tokens, end) == ")" else (None, at + 1)
    elif kind == "sign" and text == "[":
        value, end = _joined_list(tokens, at)
    elif kind == "name":
        value, end = _named(tokens, at, values, depth)
    return _methods(tokens, value, end) if value is not None else (None, end)


def _named(tokens: list[Token], at: int, values: dict[str, str], depth: int) -> tuple[str | None, int]:
    name = tokens[at][1]
    if name == "String" and tokens[at + 1 : at + 4] == [("sign", "."), ("name", "fromCharCode"), ("sign", "(")]:
        return _char_codes(tokens, at + 4)
    if depth <= MAX_DEPTH and name in ("window", "self") and _sign(tokens, at + 1) == "." and at + 2 < len(tokens):
        return _named(tokens, at + 2, values, depth + 1)
    if name in CALLS and _sign(tokens, at + 1) == "(":
        value, end = _sum(tokens, at + 2, values, depth + 1)
        return (CALLS[name](value), end + 1) if value is not None and _sign(tokens, end) == ")" else (None, at + 1)
    return values.get(name), at + 1


def _char_codes(tokens: list[Token], at: int) -> tuple[str | None, int]:
    chars: list[str] = []
    while at < len(tokens) and tokens[at] != ("sign", ")"):
        if tokens[at][0] == "number" and len(tokens[at][1]) <= 8:
            code = int(tokens[at][1], 16 if tokens[at][1][:2].lower() == "0x" else 10)
            chars.append(chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else "")
        elif tokens[at][1] != ",":
            return None, at
        at += 1
    return "".join(chars)[:MAX_VALUE], at + 1


def _joined_list(tokens: list[Token], at: int) -> tuple[str | None, int]:
    """`["a", "b"].join("")`, also turned round before."""
    pieces: list[str] = []
    at += 1
    while at < len(tokens) and tokens[at] != ("sign", "]"):
        if tokens[at][0] == "string":
            pieces.append(_literal(tokens[at][1]))
        elif tokens[at][1] != ",":
            return None, at
        at += 1
    at += 1
    if tokens[at : at + 4] == [("sign", "."), ("name", "reverse"), ("sign", "("), ("sign", ")")]:
        pieces.reverse()
        at += 4
    if tokens[at : at + 3] != [("sign", "."), ("name", "join"), ("sign", "(")]:
        return None, at
    glue, end = ("", at + 3) if at + 3 >= len(tokens) or tokens[at + 3][0] != "string" else (_literal(tokens[at + 3][1]), at + 4)
    return glue.join(pieces)[:MAX_VALUE], end + 1


def _methods(tokens: list[Token], value: str, at: int) -> tuple[str, int]:
    """`.split("").reverse().join("")` and `.replace("x", "y")` behind a string."""
    while _sign(tokens, at) == "." and at + 2 < len(tokens) and tokens[at + 1][0] == "name" and _sign(tokens, at + 2) == "(":
        name = tokens[at + 1][1]
        end = at + 3
        arguments: list[str] = []
        while end < len(tokens) and tokens[end] != ("sign", ")") and len(arguments) < 4:
            if tokens[end][0] == "string":
                arguments.append(_literal(tokens[end][1]))
            elif tokens[end][1] != ",":
                return value, at
            end += 1
        if name == "reverse":
            value = value[::-1]
        elif name == "replace" and len(arguments) == 2 and arguments[0]:
            value = value.replace(arguments[0], arguments[1])[:MAX_VALUE]
        elif name not in ("split", "join", "concat", "toLowerCase", "trim", "toString"):
            return value, at
        elif name == "concat":
            value = (value + "".join(arguments))[:MAX_VALUE]
        at = end + 1
    return value, at


def _calls(tokens: list[Token]) -> Iterator[str]:
    """`mailTo("jane", "garden.example")`: a call with mail in its name and the two halves, or an encoded whole, among its arguments."""
    for at, (kind, name) in enumerate(tokens):
        if kind != "name" or not _MAILISH.search(name) or _sign(tokens, at + 1) != "(":
            continue
        arguments: list[str] = []
        for argument_kind, text in tokens[at + 2 : at + 20]:
            if argument_kind == "string":
                arguments.append(_literal(text))
            elif text == ")":
                break
        yield from _paired(arguments)


def _paired(arguments: list[str]) -> Iterator[str]:
    for argument in arguments:
        shifted = _shifted_mailto(argument)
        if shifted:
            yield shifted
    for first, second, *rest in zip(arguments, arguments[1:], [*arguments[2:], ""], strict=False):
        if _LOCAL.fullmatch(first) and _DOMAIN.fullmatch(second):
            yield from filter(None, [clean(f"{first}@{second}")])
        elif _LOCAL.fullmatch(second) and _DOMAIN.fullmatch(first):
            yield from filter(None, [clean(f"{second}@{first}")])
        elif _LOCAL.fullmatch(first) and _BARE_DOMAIN.fullmatch(second) and rest[0] and _TOP.fullmatch(rest[0]):
            yield from filter(None, [clean(f"{first}@{second}.{rest[0].lstrip('.')}")])


def _shifted_mailto(text: str) -> str:
    """TYPO3's linkTo_UnCryptMailto: every letter, digit and sign moved on by the same few places within its own range."""
    if not 12 <= len(text) <= 300:
        return ""
    for offset in range(-25, 26):
        if _shift(text[:7], offset) == "mailto:":
            return next(iter(of_mailto(_shift(text, offset))), "")
    return ""


def _shift(text: str, offset: int) -> str:
    moved = []
    for char in text:
        code = ord(char)
        for low, high in ((0x2B, 0x3A), (0x40, 0x5A), (0x61, 0x7A)):
            if low <= code <= high:
                code = low + (code - low + offset) % (high - low + 1)
                break
        moved.append(chr(code))
    return "".join(moved)


def _literal(quoted: str) -> str:
    def plain(match: re.Match[str]) -> str:
        code = match[1]
        if code[0] in "ux" and len(code) > 1:
            number = int(code[1:].strip("{}"), 16)
            return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else ""
        if code[0] in "01234567":
            return chr(int(code, 8))
        return {"n": "\n", "t": "\t", "r": "\r", "\n": ""}.get(code, code)

    return _ESCAPE.sub(plain, quoted[1:-1])[:MAX_VALUE]


def _from_base64(text: str) -> str:
    if not _BASE64.fullmatch(text):
        return ""
    padded = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        raw = base64.b64decode(padded + "=" * (-len(padded) % 4), validate=True)
    except (binascii.Error, ValueError):
        return ""
    return raw.decode("utf-8", "replace") if raw.isascii() or b"@" in raw else ""


CALLS: dict[str, Callable[[str], str]] = {
    "atob": _from_base64,
    "unescape": unquote,
    "decodeURIComponent": unquote,
    "decodeURI": unquote,
    "rot13": rot13,
    "escape": str,
    "String": str,
}
