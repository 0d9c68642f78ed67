"""Lists of addresses as people keep them."""

from __future__ import annotations

from pathlib import Path

import pytest

from prospector.campaign_lists import UrlFileError, read_url_file

A, B = "https://a.example/links", "https://b.example/"


def written(folder: Path, content: bytes | str, name: str = "seeds.txt") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    "content",
    [
        f"{A}\n{B}\n",
        f"# heading\n\n  {A}   # why\r\n{B}#top\r\n",
        f"\ufeff{A}\n{B}",
        f"{A}\n{B}\n".encode("utf-16"),
        f"{A}\n{B}\n{A}#again\n",
        f"url\n{A}\n{B}\n",
        f"\ufeffTitle,URL,Note\nx,{A},1\ny,{B},2\n",
        f'title;Url\n"a; b";{A}\n"two\nlines";{B}\n',
        f"sep=;\r\nURL;title\r\n{A};x\r\n{B};y\r\n",
        f"note\turl\n\t{A}\n\n\t{B}\n",
        f'"url","title"\n"{A}","x"\n# a comment,\n"{B}","y"\n',
    ],
)
def test_the_same_two_addresses_in_any_dress(tmp_path: Path, content: bytes | str) -> None:
    assert read_url_file(written(tmp_path, content), "seeds.txt").urls == (A, B)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (f"{A}\n\nexample.org/x\n", 'seeds.txt:3  "example.org/x" has no scheme. Write it as "https://example.org/x".'),
        (f"{A}\nsee the library\n", 'seeds.txt:2  not a web address: "see the library". Write it as "https://example.org/links".'),
        ("http://[h/\n", 'seeds.txt:1  not a web address: "http://[h/". Write it as "https://example.org/links".'),
        ("- https://a.example/x\n", 'seeds.txt:1  more than the address: "- https://a.example/x". Write it as "https://a.example/x".'),
        ("'https://a.example',\n", 'seeds.txt:1  more than the address: "\'https://a.example\',". Write it as "https://a.example/".'),
        (
            "https://a.example/, https://b.example/\n",
            'seeds.txt:1  several addresses on one line: "https://a.example/, https://b.example/". Write each on a line of its own.',
        ),
        (
            "ftp://files.example.org/x\n",
            'seeds.txt:1  "ftp://files.example.org/x" begins with ftp:, and only web pages can be used. Write it as "https://example.org/links".',
        ),
        (
            "file:///C:/links.html\n",
            'seeds.txt:1  "file:///C:/links.html" begins with file:, and only web pages can be used. Write it as "https://example.org/links".',
        ),
        (
            "mailto:ada@example.org\n",
            'seeds.txt:1  "mailto:ada@example.org" begins with mailto:, and only web pages can be used. Write it as "https://example.org/links".',
        ),
        (f'title;url\n"two\nlines";{A}\nx;\n', 'seeds.txt:4  not a web address: it is empty. Write it as "https://example.org/links".'),
        (
            f"title,address\nx,{A}\n",
            'seeds.txt:1  a CSV without a column "url": "title,address". Name the column that holds the addresses: url.',
        ),
        (b"caf\xe9\n", 'seeds.txt:1  not UTF-8 text. Save it as UTF-8 (in Excel: "CSV UTF-8").'),
    ],
)
def test_a_bad_line_is_named_with_what_would_be_right(tmp_path: Path, content: bytes | str, problem: str) -> None:
    with pytest.raises(UrlFileError) as caught:
        read_url_file(written(tmp_path, content), "seeds.txt")
    assert caught.value.problems == (problem,)


def test_a_file_of_something_else_does_not_fill_the_screen(tmp_path: Path) -> None:
    with pytest.raises(UrlFileError) as caught:
        read_url_file(written(tmp_path, "no address\n" * 5000), "novel.txt")
    assert len(caught.value.problems) == 21
    assert caught.value.problems[-1] == "novel.txt  and 4980 more lines like these: is it a list of web addresses?"


def test_a_cell_beyond_all_measure_is_a_problem_not_a_crash(tmp_path: Path) -> None:
    with pytest.raises(UrlFileError, match=r"seeds\.txt:1  can't be read as CSV"):
        read_url_file(written(tmp_path, "url\n" + '"' + "x" * 200_000), "seeds.txt")
