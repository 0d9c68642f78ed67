"""The garden, and a site without pages."""

import pytest

from tests.matching.garden import GARDEN, ListIndex


@pytest.fixture
def garden() -> ListIndex:
    return ListIndex(GARDEN)


@pytest.fixture
def empty_site() -> ListIndex:
    return ListIndex(())
