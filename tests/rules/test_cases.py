"""Every dialogue of tests/cases through the packaged lexicon: anyone can add one without code."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel, ConfigDict

from svcscore.records import Kind, Role, Verdict
from svcscore.resources import data_folder
from svcscore.rules.engine import Engine
from svcscore.rules.load import Lexicon, load_lexicon
from svcscore.rules.spoken import kind_of, spoken

FOLDER = Path(__file__).parent.parent / "cases"
HEARD = {Verdict.MET, Verdict.BREACHED}


class Said(BaseModel):
    """One turn."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    role: Role
    text: str


class Case(BaseModel):
    """A dialogue and the codes that must, and must not, be found in it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    turns: tuple[Said, ...]
    kind: Kind | None = None
    expect: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    excused: tuple[str, ...] = ()
    """Not applicable, for something more urgent came up or nothing called for it."""


def _cases() -> list[Case]:
    return [
        Case.model_validate(item)
        for path in sorted(FOLDER.glob("*.yaml"))
        for item in yaml.safe_load(path.read_text("utf-8"))
    ]


CASES = _cases()


@cache
def _lexicon() -> Lexicon:
    return load_lexicon(data_folder("lexicons"))


@cache
def _engine() -> Engine:
    return Engine(_lexicon())


def test_case_ids_are_told_apart() -> None:
    ids = [case.id for case in CASES]
    assert sorted(set(ids)) == sorted(ids)


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_codes_of_case_are_known(case: Case) -> None:
    assert {*case.expect, *case.never, *case.absent, *case.excused} <= set(
        _lexicon().taxonomy.codes
    )


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_case_is_judged_as_expected(case: Case) -> None:
    lines = [(said.role, said.text) for said in case.turns]
    kind = case.kind or kind_of([said.role for said in case.turns])
    findings = _engine().judge(spoken(case.id, lines, kind))
    heard = {
        f.code: [(f.rule, evidence.heard) for evidence in f.evidence]
        for f in findings
        if f.verdict in HEARD
    }
    missing = {f.code for f in findings if f.verdict is Verdict.ABSENT}
    excused = {f.code for f in findings if f.verdict is Verdict.NOT_APPLICABLE}
    assert [code for code in case.excused if code not in excused] == []
    assert [code for code in case.expect if code not in heard] == []
    assert {code: heard[code] for code in case.never if code in heard} == {}
    assert [code for code in case.absent if code not in missing] == []
