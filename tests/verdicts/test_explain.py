"""Every rule that may decide has words for the person who doubts it."""

from __future__ import annotations

import re
from importlib import resources

import pytest

from prospector.items import Verdict, VerdictKind
from prospector.verdicts.explain import explained
from prospector.verdicts.policy import Policy
from tests.checking.conftest import NOW

# as looks.py and judge.py write them: rules=("one", …), rules = ["one"], rules.append("one")
IN_SOURCE = {
    rule
    for name in ("looks.py", "judge.py")
    for given in re.findall(r"rules(?:\.append)?\s?=?\s?[\[(](.*)", (resources.files("prospector.verdicts") / name).read_text("utf-8"))
    for rule in re.findall(r'(?<!f)"([a-z0-9-]+)"', given)
}


@pytest.mark.parametrize("rule", sorted(IN_SOURCE | {"status-404", "status-410", "status-451", "outcome-refused", "redirect-home"}))
def test_every_rule_has_its_words(rule: str) -> None:
    verdict = Verdict(kind=VerdictKind.GONE, reason="So it is.", rules=(rule,))
    lines = list(explained("https://lake.example/", verdict, [], Policy(), now=NOW))
    (said,) = (line for line in lines if line.startswith(f"  - {rule}: "))
    assert "earlier version" not in said


def test_the_rules_were_found_in_the_source() -> None:
    assert {"content", "moved", "siblings-alike", "same-everywhere", "records-only", "last-look-unclear"} <= IN_SOURCE
