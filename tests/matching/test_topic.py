"""What is pooled, and what is kept apart."""

from prospector.items import ArchivedCopy, OutboundLink
from prospector.matching.topic import MAX_PIECES, Sighting, Source, topic_of

DEAD = "https://old.example/growing/companion-planting.html"


def seen(anchor: str = "", *, heading: str = "", section: str = "", boilerplate: bool = False, page_title: str = "") -> Sighting:
    link = OutboundLink(target_url=DEAD, anchor=anchor, heading=heading, section=section, boilerplate=boilerplate)
    return Sighting(link=link, page_title=page_title)


def test_every_piece_is_kept_with_its_source() -> None:
    copy = ArchivedCopy(target_url=DEAD, title="Companions", headings=("Beans", "Maize"), text="Beans feed maize.")
    topic = topic_of(DEAD, [seen("Planting chart", heading="Vegetables", page_title="Garden links")], copy)
    assert [piece.text for piece in topic.pieces if piece.source is Source.ARCHIVED_HEADINGS] == ["Beans", "Maize"]
    assert {piece.source: piece.text for piece in topic.pieces if piece.source is not Source.ARCHIVED_HEADINGS} == {
        Source.SLUG: "companion planting",
        Source.PATH: "growing",
        Source.ANCHOR: "Planting chart",
        Source.HEADING: "Vegetables",
        Source.PAGE_TITLE: "Garden links",
        Source.ARCHIVED_TITLE: "Companions",
        Source.ARCHIVED_TEXT: "Beans feed maize.",
    }
    assert topic.archived


def test_a_section_and_a_heading_both_speak() -> None:
    topic = topic_of(DEAD, [seen("Chart", section="Good neighbours", heading="Vegetables")], None)
    assert set(topic.of(Source.HEADING)) == {"Good neighbours", "Vegetables"}


def test_the_most_frequent_anchors_speak_first_and_few_speak_at_all() -> None:
    topic = topic_of(DEAD, [seen(f"rare {number}") for number in range(9)] + [seen("planting chart")] * 2, None)
    assert topic.of(Source.ANCHOR)[0] == "planting chart"
    assert len(topic.of(Source.ANCHOR)) == MAX_PIECES


def test_boilerplate_speaks_only_where_nothing_else_does() -> None:
    assert topic_of(DEAD, [seen("Partner", boilerplate=True), seen("Chart")], None).of(Source.ANCHOR) == ("Chart",)
    assert topic_of(DEAD, [seen("Partner", boilerplate=True)], None).of(Source.ANCHOR) == ("Partner",)


def test_a_dead_home_page_speaks_by_its_host() -> None:
    assert topic_of("https://www.wild-bees.example/", [], None).of(Source.SLUG) == ("wild bees",)


def test_a_copy_without_a_title_or_text_is_no_evidence() -> None:
    assert not topic_of(DEAD, [], ArchivedCopy(target_url=DEAD)).archived
