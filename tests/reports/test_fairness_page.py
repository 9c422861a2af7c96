"""The audit's page and table: what is flagged stands first, and names are only names."""

import io
import json

import numpy as np
import pytest
from manager_cases import HOSTILE
from rich.console import Console

from svcscore.reports.fairness_page import write_fairness_page
from svcscore.reports.fairness_text import fairness_json, fairness_table
from svcscore.testing.observations import make_observations
from svcscore.testing.shifts import make_shifts
from svcscore.tracking.fairness import audit


def deaf(columns):
    return np.where(columns["microphone"] == "M1", -8.0, 0.0)


@pytest.fixture(scope="module")
def found():
    return audit(make_shifts(3, people=8, days=30, total=deaf))


def test_the_page_says_what_is_flagged(found, tmp_path):
    path = tmp_path / "a.html"
    write_fairness_page(path, found, ("2026-03-02", "2026-03-31"))
    page = path.read_text("utf-8")
    flagged = [gap for gap in found.gaps if gap.flagged]
    assert flagged
    assert all(gap.text in page for gap in flagged)
    assert "2026-03-02 – 2026-03-31" in page
    assert page.count("<tr>") == len(found.gaps) + 2  # and two rows of heads
    again = tmp_path / "b.html"
    write_fairness_page(again, found, ("2026-03-02", "2026-03-31"))
    assert again.read_bytes() == path.read_bytes()


def test_json_is_plain(found):
    content = json.loads(fairness_json(found))
    assert content["gaps"][0]["cause"] == "machine"
    assert set(content["unknown"]) == {"microphone", "noise", "hour", "pitch", "branch"}


def test_names_are_only_names(tmp_path):
    seen = make_observations(90, microphone=np.array(HOSTILE * 30, dtype=str))
    hostile = audit(seen)
    path = tmp_path / "a.html"
    write_fairness_page(path, hostile, None)
    assert "<script>alert" not in path.read_text("utf-8")
    file = io.StringIO()
    Console(file=file, width=160, force_terminal=False).print(fairness_table(hostile))
    assert "\u202e" not in file.getvalue()
