"""For all tests: what belongs to the user is made anew, so that no test writes into anybody's own data folder; the longest tests begin first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

# Files that take longest, the longest first: whole crawls, kills, browsers. Were one of them the last to begin, all other processes would wait for it.
LONGEST = (
    "distributed/test_workers.py",
    "demo/test_whole_demo.py",
    "test_resume.py",
    "commands/test_crawl.py",
    "browser/test_desk.py",
    "test_unbreakable.py",
    "browser/test_lifecycle.py",
    "spiders/test_resources.py",
    "commands/test_recheck.py",
    "review/test_guard.py",
    "spiders/test_politeness.py",
    "browser/test_hostile_pages.py",
    "commands/test_export_outreach.py",
    "outreach/test_lint.py",
    "export/test_export.py",
    "spiders/test_incremental.py",
    "commands/test_ingest.py",
    "spiders/test_monitor.py",
    "test_pipelines_archive.py",
    "commands/test_push.py",
    "commands/test_review.py",
    "outreach/test_letter.py",
    "spiders/test_site_index.py",
    "browser/test_rendering.py",
    "export/test_imap.py",
    "browser/test_second_looks.py",
    "test_pipelines_registry.py",
)
_TESTS = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The order in which files are begun (with `--no-loadscope-reorder`; by number of tests otherwise)."""
    place = {_TESTS / name: number for number, name in enumerate(LONGEST)}
    if missing := [str(path) for path in place if not path.exists()]:
        raise pytest.UsageError(f"LONGEST in tests/conftest.py names what is not there: {missing}")
    items.sort(key=lambda item: place.get(item.path, len(place)))


@pytest.fixture(autouse=True, scope="session")
def user_data_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Commands that tests start inherit it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))
        yield
