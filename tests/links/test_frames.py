"""The parts of a frameset."""

from __future__ import annotations

from prospector.links.frames import MAX_FRAMES, frame_pages

URL = "http://old.example.org/home/index.html"


def test_frames_of_framesets_in_framesets_in_order_once_each() -> None:
    html = (
        '<FRAMESET cols="20%,*"><frame src="menu.html"><frameset><frame src="/links.html#top"><frame src="menu.html"></frameset></FRAMESET>'
    )
    assert frame_pages(html, URL) == ("http://old.example.org/home/menu.html", "http://old.example.org/links.html")


def test_a_page_without_a_frameset_has_none() -> None:
    assert frame_pages('<iframe src="map.html"></iframe><p>In a frameset, write &lt;frame src="x.html"></p>', URL) == ()


def test_only_so_many_and_only_what_is_an_address() -> None:
    frames = "".join(f"<frame src='{n}.html'>" for n in range(20))
    assert len(frame_pages(f"<frameset>{frames}</frameset>", URL)) == MAX_FRAMES
    assert frame_pages("<frameset><frame><frame src='javascript:x()'><frame src='http://[h/'></frameset>", URL) == ()
