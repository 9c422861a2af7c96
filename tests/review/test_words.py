"""Every text of the screens is there in both languages, and every text that a page asks for is there."""

from __future__ import annotations

import re
import string
from importlib.resources import files
from pathlib import Path

import pytest

from svcscore.review.words import say, words

REVIEW = Path(str(files("svcscore.review")))
ASKED = re.compile(r"""\bt\(\s*["']([a-z]\w*\.\w+)["']\s*[,)]""")
SAID = re.compile(r"""\bsay\(\s*\w+,\s*["']([a-z]\w*\.\w+)["']""")


def asked():
    """Keys that templates and modules name outright, with where."""
    found = {}
    for path in sorted(REVIEW.rglob("*.j2")):
        found.update(dict.fromkeys(ASKED.findall(path.read_text("utf-8")), path.name))
    for path in sorted(REVIEW.rglob("*.py")):
        found.update(dict.fromkeys(SAID.findall(path.read_text("utf-8")), path.name))
    return found


def test_what_pages_ask_for_is_there():
    assert len(asked()) > 200
    missing = {key: where for key, where in asked().items() if key not in words()}
    assert missing == {}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_text_says_something(language):
    assert len(words()) > 300
    # Chinese says 起 behind a time, English since before it
    one_sided = {"queue.since_before", "queue.since_behind"}
    empty = {key for key in words() if not say(language, key).strip()}
    assert empty <= one_sided


def test_both_languages_have_the_same_places():
    def places(text):
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    other = {key: said for key, said in words().items() if places(said.zh) != places(said.en)}
    assert other == {}


def test_chinese_texts_are_chinese_and_english_ones_english():
    chinese = re.compile(r"[一-鿿]")
    # proper names of keys and marks stand alone
    wrong = {key: said for key, said in words().items() if chinese.search(said.en)}
    assert set(wrong) <= {"desk.other"}, wrong
