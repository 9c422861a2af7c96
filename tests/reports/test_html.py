"""The page as bytes: always the same, whole or not at all, within its budget."""

from __future__ import annotations

import os
import re

import pytest
from report_cases import as_run, demo, hostile_run, made_run

from svcscore.reports import html
from svcscore.reports.html import write_html


def written(tmp_path, run, clips=None):
    path = tmp_path / "report.html"
    write_html(path, run.interactions, run.recordings, clips or run.clips.get)
    return path.read_text("utf-8")


def test_the_same_lines_give_the_same_bytes(tmp_path):
    assert written(tmp_path, demo()) == written(tmp_path, demo())


def test_the_page_names_no_address(tmp_path):
    page = written(tmp_path, demo())
    assert re.findall(r"https?://[^\"'\s]+", page) == ["http://www.w3.org/2000/svg"]
    assert not re.search(r"<(link|img|iframe|script)[^>]+(src|href)=(?!\"data:,\")", page)
    assert 'content="default-src &#39;none&#39;; script-src &#39;sha256-' in page


def test_blocks_of_data_cannot_be_ended_from_within(tmp_path):
    page = written(tmp_path, as_run(*hostile_run()))
    blocks = re.findall(r'<script type="application/json" id="\w+">(.*?)</script>', page, re.S)
    assert blocks
    assert not any(char in block for block in blocks for char in "<>&")
    assert page.count("<script") == len(blocks) + 1


def test_sound_beyond_the_budget_is_left_out_and_told(tmp_path, monkeypatch):
    run = as_run(list(made_run(6)))
    monkeypatch.setattr(html, "AUDIO_BUDGET", 10_000)
    page = written(tmp_path, run, lambda _: b"\xff" * 3000)
    assert page.count('"sound":"yes"') == 2
    assert page.count('"sound":"kept_out"') == 4
    assert "4 个互动的音频未嵌入" in page
    assert "本页含 2 段音频" in page


def test_flagged_interactions_get_their_sound_first(tmp_path, monkeypatch):
    run = demo()
    monkeypatch.setattr(html, "AUDIO_BUDGET", 4_000)
    page = written(tmp_path, run, lambda _: b"\xff" * 3000)
    first = re.search(r'id="index">\[(\{.*?\})', page).group(1)
    assert '"id":"real-1"' in first
    assert '"sound":"yes"' in first
    assert page.count('"sound":"yes"') == 1


def test_what_was_there_stays_where_the_page_cannot_be_made(tmp_path):
    path = tmp_path / "report.html"
    path.write_bytes(b"old")

    def broken(_):
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        write_html(path, demo().interactions, demo().recordings, broken)
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["report.html"]  # noqa: PTH208


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(OSError, match="No such file"):
        write_html(tmp_path / "no" / "report.html", (), (), {}.get)
