"""What a person approves while another process writes is in the database afterwards. How long it takes is `benchmarks/approvals.py`'s to say."""

from __future__ import annotations

from pathlib import Path

from benchmarks.approvals import measure


def test_no_approval_is_lost_beside_a_process_that_writes_all_the_time(tmp_path: Path) -> None:
    seconds, lost, written_meanwhile = measure(tmp_path, drafts=25, links=12)
    assert (len(seconds), lost) == (25, 0)
    assert written_meanwhile > 0
