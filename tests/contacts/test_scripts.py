"""The tricks by which scripts keep addresses from harvesters, read without running them."""

from __future__ import annotations

import base64
import codecs
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prospector.contacts.scripts import addresses_in_call, addresses_in_script, decoded
from tests.growth import assert_grows_with_its_input

ADA = "ada@lindgarden.org"
B64 = base64.b64encode(ADA.encode()).decode()
ROT = codecs.encode(ADA, "rot13")
B64_OF_ROT = base64.b64encode(codecs.encode(f"mailto:{ADA}", "rot13").encode()).decode()
CODES = ",".join(str(ord(char)) for char in ADA)


@pytest.mark.parametrize(
    "script",
    [
        """document.write('<a href="mai' + 'lto:' + 'ada' + '@' + 'lindgarden' + '.org">mail</a>');""",
        """var user = "ada"; var site = "lindgarden.org"; document.write(user + "@" + site);""",
        """const name = "ada", site = "lindgarden.org"; link.href = `mailto:${name}@${ site }`;""",
        """let n='ada'; n += '@'; n += 'lindgarden.org'; show(n)""",
        """document.write("ada"); document.write("&#64;"); document.write("lindgarden.org");""",
        """el.href = ['mailto:ada', 'lindgarden.org'].join('@');""",
        """el.href = ['org', '.', 'lindgarden', '@', 'ada'].reverse().join('');""",
        f"document.write(String.fromCharCode({CODES}))",
        f"el.textContent = atob('{B64}')",
        f"el.innerHTML = window.atob('{B64}')",
        f"var s='{ROT}'; s.replace(/[a-zA-Z]/g, function(c){{return shift(c)}})",
        f"link.href = rot13(atob('{B64_OF_ROT}'))",
        f"document.write('{ADA[::-1]}'.split('').reverse().join(''))",
        f"document.write(unescape('{''.join(f'%{ord(char):02x}' for char in ADA)}'))",
        r"document.write('\x61\x64\x61\x40lindgarden\u002eorg')",
        """document.write('ada#lindgarden.org'.replace('#', '@')); /* mail */""",
        """mailTo("ada", "lindgarden.org")""",
        """write_contact('lindgarden.org', 'ada', 'Ada')""",
        """email_link("ada", "lindgarden", "org")""",
        """document.write(`ada` + `@lindgarden.org`)""",
        """// a comment with "quotes
           document.write('ada' /* " */ + '@lindgarden.org')""",
    ],
)
def test_a_known_trick_gives_its_address(script: str) -> None:
    assert ADA in addresses_in_script(script)


@pytest.mark.parametrize(
    "call",
    [
        "javascript:linkTo_UnCryptMailto('ocknvq,cfcBnkpfictfgp0qti');",
        "javascript:sendMail('ada','lindgarden.org')",
        "location.href='mailto:'+'ada'+'@'+'lindgarden.org'",
        "javascript:%6dail('ada','lindgarden.org')",
    ],
)
def test_a_link_that_runs_a_script_gives_its_address(call: str) -> None:
    assert addresses_in_call(call) == (ADA,)


@pytest.mark.parametrize(
    "value",
    [
        ADA,
        B64,
        ROT,
        ADA[::-1],
        "ada%40lindgarden.org",
        "ada[at]lindgarden.org",
        codecs.encode("ada[at]lindgarden.org", "rot13"),
        B64_OF_ROT,
    ],
)
def test_a_data_attribute_is_decoded(value: str) -> None:
    assert decoded(value) == ADA


@pytest.mark.parametrize(
    "script",
    [
        "Sentry.init({dsn: 'https://9f86d081884c7d659a2feaa0c55ad015@o1.ingest.sentry.io/1'})",
        "import x from '@scope/package'; const v = 'react@18.2.0'",
        "if (!email.includes('@')) alert('Write it like name@example.com')",
        "const mail = getAddress(); send(mail + '@' + host)",
        "",
    ],
)
def test_code_that_only_mentions_addresses_gives_none(script: str) -> None:
    assert addresses_in_script(script) == ()


@pytest.mark.parametrize(
    ("size", "make"),
    [
        (40_000, lambda size: "mail@" + "(" * size),
        (9_000, lambda size: "mail@" + '["a",' * size),
        (15_000, lambda size: "mail@" + "/* " * size),
        (40_000, lambda size: 'mail@ "' + "\\" * size),
        (8_000, lambda size: "mail@" + "window." * size),
        (5_000, lambda size: "mail@ String.fromCharCode(" + "9" * size + ")"),
        (1_000, lambda size: r'mail@ "\8\u{ffffffff}\ud800"' * size),
    ],
)
def test_a_script_made_to_stall_a_reader_does_not(size: int, make: Callable[[int], str]) -> None:
    assert_grows_with_its_input(addresses_in_script, make, size)


@settings(deadline=None)
@given(st.text(alphabet="ab@.+-=()[]'\"`\\/,;:{}$ \n0x41mailwritejoinatob", max_size=200))
def test_no_script_raises(source: str) -> None:
    addresses_in_script("mail@" + source)
    decoded(source)
