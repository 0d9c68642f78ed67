"""The demo's plain text → the pages it serves. Knows four marks: `## heading`, `- item`, blank line, `[words](address)`."""

from __future__ import annotations

import re
from html import escape
from string import Template

LINK = re.compile(r"\[([^\]\[]*)\]\(([^()\s]*)\)")

LAYOUT = Template("""<!doctype html>
<html lang="$language">
<head>
<meta charset="$charset">
<title>$title</title>
<meta name="description" content="$description">
</head>
<body>
<header><nav><a href="/">$name</a></nav></header>
<main>
<h1>$heading</h1>
$body
</main>
<footer><p>$name</p></footer>
</body>
</html>
""")


def page(*, heading: str, text: str, name: str, language: str, charset: str) -> str:
    """A whole document. The home page, whose heading is the site's name, does not say it twice in its title."""
    return LAYOUT.substitute(
        language=language,
        charset=charset,
        title=escape(heading if heading == name else f"{heading} - {name}"),
        description=escape(LINK.sub(r"\1", first_paragraph(text))),
        name=escape(name),
        heading=escape(heading),
        body=body_of(text),
    )


def first_paragraph(text: str) -> str:
    return " ".join(text.strip().partition("\n\n")[0].split())


def body_of(text: str) -> str:
    return "\n".join(_block(block.strip()) for block in text.strip().split("\n\n") if block.strip())


def _block(block: str) -> str:
    if block.startswith("## "):
        return f"<h2>{_inline(block.removeprefix('## '))}</h2>"
    if block.startswith("- "):
        items = block.removeprefix("- ").split("\n- ")
        return "<ul>\n" + "\n".join(f"<li>{_inline(item)}</li>" for item in items) + "\n</ul>"
    return f"<p>{_inline(block)}</p>"


def _inline(text: str) -> str:
    return LINK.sub(r'<a href="\2">\1</a>', escape(text))


def pdf(*, heading: str, text: str) -> bytes:
    """A one-page PDF that readers open: five objects and the table that finds them."""
    lines = [heading, "", *" ".join(text.split()).split(". ")]
    drawn = "\n".join(f"({line.translate({40: None, 41: None, 92: None})}) Tj T*" for line in lines)
    stream = f"BT /F1 11 Tf 50 780 Td 14 TL\n{drawn}\nET".encode("latin-1", "replace")
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(out)
