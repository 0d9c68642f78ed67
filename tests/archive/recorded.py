"""What the pywb server of the tests holds: pages that died in all the ways an archive sees."""

from __future__ import annotations

from tests.archive.conftest import Recorded

GUIDE = b"""<html><head><title>Pruning raspberries - Bramble Page</title></head><body><h1>Pruning raspberries</h1>
<p>Cut the canes that have carried fruit down to the ground as soon as the last berry is picked. They will never fruit again.</p>
<p>Choose six or seven of the green canes of this year for each plant, and tie them to the wires a hand's width apart.</p></body></html>"""
UMLAUTS = "<html><head><title>Kräuterspirale</title></head><body><h1>Kräuterspirale bauen</h1><p>Oben stehen Rosmarin und Thymian.</p></body></html>"
LOST = b"<html><head><title>404 - Page not found</title></head><body><h1>Page not found</h1><p>Sorry.</p></body></html>"
HTML = ("Content-Type", "text/html")


def moved(to: str) -> tuple[tuple[str, str], ...]:
    return (HTML, ("Location", to))


CAPTURES = (
    Recorded(
        at="2012-05-01T00:00:00Z", url="http://brambles.test/pruning.html", body=b"<title>Old</title><h1>Old</h1><p>Under construction."
    ),
    Recorded(at="2014-05-01T00:00:00Z", url="http://brambles.test/pruning.html", body=GUIDE),
    Recorded(at="2015-05-01T00:00:00Z", url="http://brambles.test/pruning.html", status="404 Not Found", body=LOST),
    Recorded(at="2015-08-01T00:00:00Z", url="http://brambles.test/pruning.html", status="410 Gone", body=LOST),
    # captured again and again with an error page that claims success
    Recorded(at="2010-01-01T00:00:00Z", url="http://softly.test/guide", body=GUIDE),
    *(Recorded(at=f"2013-0{month}-01T00:00:00Z", url="http://softly.test/guide", body=LOST) for month in range(1, 10)),
    # the header is silent, the page says what it is written in
    Recorded(
        at="2011-01-01T00:00:00Z", url="http://umlaute.test/spirale.html", body=f'<meta charset="iso-8859-1">{UMLAUTS}'.encode("latin-1")
    ),
    # never captured but while it redirected, by an absolute address and by a relative one
    Recorded(at="2014-01-01T00:00:00Z", url="http://hops.test/a.html", status="301 Moved", headers=moved("http://hops.test/b.html")),
    Recorded(at="2014-01-02T00:00:00Z", url="http://hops.test/b.html", status="302 Found", headers=moved("/fruit/c.html")),
    Recorded(at="2014-01-03T00:00:00Z", url="http://hops.test/fruit/c.html", body=GUIDE),
    *(
        Recorded(at="2014-01-01T00:00:00Z", url=f"http://hops.test/far/{n}", status="301 Moved", headers=moved(f"/far/{n + 1}"))
        for n in range(5)
    ),
    Recorded(at="2014-01-01T00:00:00Z", url="http://hops.test/far/5", body=GUIDE),
    Recorded(at="2014-01-01T00:00:00Z", url="http://hops.test/elder.html", status="301 Moved", headers=moved("http://hops.test/")),
    Recorded(at="2014-01-01T00:00:00Z", url="http://hops.test/", body=GUIDE),
    Recorded(at="2014-01-01T00:00:00Z", url="http://hops.test/out.html", status="301 Moved", headers=moved("http://never-captured.test/x")),
    # no page
    Recorded(at="2016-01-01T00:00:00Z", url="http://leaflets.test/a.pdf", body=b"%PDF-1.4", headers=(("Content-Type", "application/pdf"),)),
)
