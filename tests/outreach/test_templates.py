"""Template files are checked before anything is crawled, and what is wrong is named with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from prospector.outreach.samples import samples
from prospector.outreach.templates import TemplateError, load_templates
from tests.outreach.letters import SHIPPED, TEMPLATES

HEAD = "---\nid: mine\nlocale: en\nsubject: About {{ page.short_title }}\npurpose: links\n---\n"


def written(folder: Path, text: str, name: str = "mine.txt.j2") -> Path:
    (folder / "templates").mkdir(exist_ok=True)
    (folder / "templates" / name).write_text(text, encoding="utf-8")
    return folder / "templates"


def problem(folder: Path, body: str, head: str = HEAD) -> str:
    with pytest.raises(TemplateError) as caught:
        load_templates(written(folder, head + body))
    return str(caught.value)


def test_the_shipped_templates_load_in_two_languages() -> None:
    templates = load_templates(SHIPPED)
    assert set(templates) == set(TEMPLATES)
    names = {locale: {each.name for each in templates.values() if each.locale == locale} for locale in ("en", "de")}
    assert names["en"] == names["de"] == {"resource-page", "short", "librarian", "help", "follow-up", "own-page", "reclaim"}


def test_a_misspelt_part_is_named_with_file_line_and_the_nearest_real_one(tmp_path: Path) -> None:
    assert (
        problem(tmp_path, "Hello\n\n{{ page.titel }}\n") == "templates/mine.txt.j2:9  unknown variable page.titel. Did you mean page.title?"
    )


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("{{ pag.title }}", ":7  unknown variable pag. Did you mean page?"),
        ("{{ sender['nam'] }}", ":7  unknown variable sender.nam. Did you mean sender.name?"),
        ("{% for link in links %}\n{{ link.ancor }}\n{% endfor %}", ":8  unknown variable link.ancor. Did you mean link.anchor?"),
        (
            "{% for link in links %}{{ link.archive.dat }}{% endfor %}",
            ":7  unknown variable link.archive.dat. Did you mean link.archive.date?",
        ),
        ("{% if offer and offer.link %}x{% endif %}", ":7  unknown variable offer.link."),
        ("{{ page.title.upper }}", ":7  unknown variable page.title.upper. page.title has no parts."),
        ("{{ links[0].anchr }}", ":7  unknown variable links[…].anchr. Did you mean links[…].anchor?"),
        ("a\n\n{% if page %}\nb\n", ":"),
        ("a\n{{ page.title | uper }}", ":8  unknown filter uper. Did you mean upper?"),
        ("a\n{{ page.title }", ":8  "),
        ("{% for c in page.title %}{{ c }}{% endfor %}", ":7  a loop must go over a list of the letter, such as links."),
        ("{{ link.anchor }}", ":7  unknown variable link. Did you mean links?"),
    ],
)
def test_every_mistake_in_a_body_is_named_with_its_line(tmp_path: Path, body: str, said: str) -> None:
    assert said in problem(tmp_path, body)


@pytest.mark.parametrize(
    "body",
    [
        "{{ 'a' * 50000000 }}",
        "{{ 9 ** 9 ** 9 }}",
        "{{ range(10) }}",
        "{{ page.title.format(page) }}",
        "{{ page.__class__ }}",
        "{{ ''.__class__.__mro__ }}",
        "{{ links|map(attribute='anchor')|list }}",
        "{{ page.title|center(100000000) }}",
        "{% include '/etc/passwd' %}",
        "{% import 'x' as x %}",
        "{% extends 'x' %}",
        "{% macro m() %}{% endmacro %}",
        "{% set x = page.title %}",
        "{% for a in links %}{% for b in links %}{% for c in links %}x{% endfor %}{% endfor %}{% endfor %}",
        "{{ self }}",
        "{% for link in links recursive %}{{ loop(links) }}{% endfor %}",
    ],
)
def test_what_a_letter_does_not_need_is_not_let_in(tmp_path: Path, body: str) -> None:
    assert "templates/mine.txt.j2:7" in problem(tmp_path, body)


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("Hello\n", ":1  has no head."),
        ("---\nid: mine\nlocale: en\npurpose: links\n---\n", ":1  the head lacks subject."),
        ("---\nid: mine\nlocal: en\nsubject: x\npurpose: links\n---\n", ':3  unknown key "local". Did you mean locale?'),
        (
            "---\nid: mine\nlocale: en\nsubject: x\npurpose: spam\n---\n",
            ':5  purpose is "spam". Write "links" or "help" or "own-page" or "follow-up" or "reclaim".',
        ),
        (HEAD.replace("id: mine", "id: mine\nweight: 0"), ':3  weight is "0". Write a whole number from 1 to 1000.'),
        (HEAD.replace("id: mine", "id: mine\nweight: a lot"), ':3  weight is "a lot".'),
        (HEAD.replace("id: mine", "id: mine\naudience: all"), ':3  audience is "all". Write "anybody" or "library".'),
        ("---\nid: mine\nlocale: en\nsubject: About {{ page.titel }}\npurpose: links\n---\n", ":4  unknown variable page.titel."),
    ],
)
def test_every_mistake_in_a_head_is_named_with_its_line(tmp_path: Path, head: str, said: str) -> None:
    assert said in problem(tmp_path, "Hello\n", head)


def test_a_template_that_fails_when_nothing_is_offered_is_refused_before_the_crawl(tmp_path: Path) -> None:
    assert "ask {% if offer %} first" in problem(tmp_path, "{{ offer.title }}")


def test_all_bad_files_are_named_at_once_and_no_two_share_an_id(tmp_path: Path) -> None:
    written(tmp_path, HEAD + "{{ x }}", "a.txt.j2")
    written(tmp_path, HEAD + "ok", "b.txt.j2")
    assert "templates/a.txt.j2:7" in problem(tmp_path, "{{ y }}")
    (tmp_path / "templates" / "a.txt.j2").unlink()
    assert 'id "mine" is taken by b.txt.j2' in problem(tmp_path, "ok")


def test_an_empty_folder_is_said_to_be_empty(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="holds no template"):
        load_templates(tmp_path)


def test_a_file_that_is_no_text_or_too_long_is_refused(tmp_path: Path) -> None:
    folder = written(tmp_path, "x")
    (folder / "mine.txt.j2").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(TemplateError, match="can't be read as UTF-8"):
        load_templates(folder)
    assert "is longer than" in problem(tmp_path, "x" * 30_000)


def test_files_with_windows_line_ends_and_a_byte_order_mark_are_read_alike(tmp_path: Path) -> None:
    folder = written(tmp_path, "")
    (folder / "mine.txt.j2").write_bytes(b"\xef\xbb\xbf" + (HEAD + "Hello\n{{ page.titel }}\n").replace("\n", "\r\n").encode())
    with pytest.raises(TemplateError, match=r"mine\.txt\.j2:8  unknown variable page\.titel"):
        load_templates(folder)


def test_only_a_follow_up_may_speak_of_the_letter_before_it(tmp_path: Path) -> None:
    assert "only those with purpose" in problem(tmp_path, "{{ previous.date }}")
    folder = written(tmp_path, HEAD.replace("purpose: links", "purpose: follow-up") + "{{ previous.date }}: {{ previous.subject }}")
    assert load_templates(folder)["mine"].purpose == "follow-up"


def test_only_a_letter_about_a_lost_link_may_speak_of_one(tmp_path: Path) -> None:
    assert 'only a letter with purpose "reclaim"' in problem(tmp_path, "{{ reclaim.url }}")
    folder = written(tmp_path, HEAD.replace("purpose: links", "purpose: reclaim") + "{{ reclaim.url }}, {{ previous.date }}")
    assert load_templates(folder)["mine"].purpose == "reclaim"


def test_a_line_with_words_between_two_conditions_keeps_its_end(tmp_path: Path) -> None:
    template = load_templates(written(tmp_path, HEAD + "{% if page %}one{% endif %}\ntwo\n"))["mine"]
    assert template.render(next(samples("en")))[1] == "one\ntwo\n"
