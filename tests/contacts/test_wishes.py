"""A page that wants no letters about links is left in peace."""

from __future__ import annotations

import pytest

from prospector.contacts.wishes import asks_for_no_letters


@pytest.mark.parametrize(
    "sentence",
    [
        "No link requests please.",
        "Please don’t send link requests!",
        "We do not <b>exchange links</b>.",
        "Keine Linkanfragen, bitte.",
        "Pas d'échange de liens.",
        "Geen linkruil.",
        "暂停友链申请。",
        "Link requests will be ignored.",
        "We do not accept guest posts or paid articles.",
        "Keine Gastbeiträge!",
        "Sorry, we don’t respond to link requests.",
        "Unsolicited guest post offers go to the bin.",
    ],
)
def test_the_sentence_that_asks_is_found_and_can_be_shown(sentence: str) -> None:
    plain = sentence.replace("<b>", "").replace("</b>", "")
    assert asks_for_no_letters(f"<p>I chose these myself. {sentence} Enjoy.</p>") == plain


@pytest.mark.parametrize(
    "text",
    [
        "Suggest a link: write to me.",
        "<script>var x = 'no link requests'</script>",
        "Broken link? Please tell me.",
        "Guest posts: see how to send one.",
        "",
        "\ud800",
    ],
)
def test_a_page_that_does_not_ask_is_not_said_to(text: str) -> None:
    assert asks_for_no_letters(f"<p>{text}</p>") == ""
