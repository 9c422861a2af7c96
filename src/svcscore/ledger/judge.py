"""One judgement anew: what a rubric and rules make of an interaction that is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from sqlalchemy import Connection

from svcscore import __version__
from svcscore.amendments import added
from svcscore.decisions import Review
from svcscore.ledger.judgement import decided_ids, stand
from svcscore.records import Finding, Provenance, Remark
from svcscore.resources import data_folder
from svcscore.rules.engine import Engine
from svcscore.rules.load import Lexicon, load_lexicon
from svcscore.rules.recall import recalled
from svcscore.rules.taxonomy import load_taxonomy
from svcscore.scoring.final import reattach
from svcscore.scoring.rubric import Rubric, load_rubric
from svcscore.store import reader
from svcscore.store.reader import Stored
from svcscore.store.rows import Stood, Values, standing_values
from svcscore.store.snapshots import Snapshot, lexicon_snapshot, rubric_snapshot
from svcscore.store.writer import Standing, Writer


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a new judgement makes of one interaction."""

    interaction_id: str
    staff_id: str | None
    branch_id: str | None
    day: date | None
    before: float | None
    after: float | None
    """Totals, 0–100; None where it is not scored."""
    red_lines_before: int
    red_lines_after: int
    review_before: bool
    review_after: bool
    stale_reviews: int
    """Reviews of findings that the new rules do not make."""
    wordless: bool = False
    """Whether rules were to be tried on words that were deleted: its findings stay what they were."""

    @property
    def changed(self) -> bool:
        """Whether anything that counts is another (points to one decimal)."""
        return (
            _shown(self.before) != _shown(self.after)
            or self.red_lines_before != self.red_lines_after
            or self.review_before != self.review_after
        )

    @property
    def difference(self) -> float | None:
        """Points gained; None where either is not scored."""
        if self.before is None or self.after is None:
            return None
        return self.after - self.before


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """By what is judged anew: a rubric, rules (None keeps the findings), and their texts."""

    rubric: Rubric
    lexicon: Lexicon | None
    snapshots: tuple[Snapshot, ...]


def load_bench(profile: Path, rules: Path | None) -> Bench:
    """Read a rubric, and rules where a folder of them is given.

    Raises:
        ConfigError: with every fault of the files.
    """
    lexicon = load_lexicon(rules) if rules else None
    codes = lexicon.taxonomy.codes if lexicon else load_taxonomy(data_folder("lexicons")).codes
    rubric = load_rubric(profile, frozenset(codes))
    snapshots = [rubric_snapshot(rubric.profile, rubric.sha256, rubric.source)]
    if rules:
        snapshots.append(lexicon_snapshot(rules))
    return Bench(rubric=rubric, lexicon=lexicon, snapshots=tuple(snapshots))


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A new judgement of one interaction, to be written or only told."""

    key: int
    number: int
    """Of the last scorecard when it was judged."""
    another: bool
    """Whether rubric, rules or version differ from what counts so far."""
    provenance: Provenance
    findings_number: int
    stood: Stood
    decided: frozenset[str]
    about: Values
    findings: tuple[Finding, ...] | None
    """The machine's, where the new rules give others."""
    reviews: tuple[Review, ...]
    """All that were made, of the findings that say now what they were about."""
    change: Change

    def standing(self, writer: Writer) -> Standing:
        """As `writer` takes it."""
        return Standing(
            interaction_key=self.key,
            number=self.number + 1,
            provenance_key=writer.provenance(self.provenance),
            findings_number=self.findings_number,
            stood=self.stood,
            decided=self.decided,
            about=self.about,
            findings=self.findings,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Anew:
    """What rules find in a stored interaction, and what people said of it."""

    findings: tuple[Finding, ...]
    reviews: tuple[Review, ...]
    """Of these findings."""
    stale: int
    """Reviews of findings that the rules do not make."""


class Rules:
    """Rules made ready for stored interactions; without a lexicon, what counts now is kept.

    So it is where the words were deleted, their time being over: nothing can be found there anew.
    """

    def __init__(self, lexicon: Lexicon | None) -> None:
        self._engine = Engine(lexicon) if lexicon else None

    def judge(self, one: Stored, before: Provenance) -> Anew:
        """Judge the words of `one`, which came about as `before` tells."""
        if self._engine is None or one.kept.deleted_at is not None:
            return Anew(findings=one.findings, reviews=one.reviews, stale=0)
        listen = recalled(one.kept.asked) if had_audio(before) else None
        # what people corrected counts under any rules, and so does what they added
        findings = self._engine.judge(one.kept.interaction, listen, occasion=one.occasion)
        findings = (*findings, *added(one.amendments, one.kept.interaction))
        moved = reattach({one.id: one.findings}, {one.id: findings}, one.reviews)
        return Anew(findings=findings, reviews=moved.reviews, stale=len(moved.stale))


class Judge:
    """A bench made ready: judges as many interactions as there are."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._rules = Rules(bench.lexicon)

    def verdicts(self, connection: Connection, keys: Sequence[int]) -> list[Verdict]:
        """Judge the interactions with these keys; nothing is written.

        Raises:
            StoreError: where what is kept of one cannot be read.
        """
        stored = list(reader.stored(connection, keys))
        remarks = reader.remarks(connection, (one.recording_key for one in stored))
        before = {
            key: reader.provenance(connection, key)
            for key in {one.provenance_key for one in stored}
        }
        return [
            self._verdict(one, before[one.provenance_key], remarks[one.recording_key])
            for one in stored
        ]

    def _verdict(self, one: Stored, before: Provenance, remarks: tuple[Remark, ...]) -> Verdict:
        after = _provenance(before, self._bench)
        wordless = self._bench.lexicon is not None and one.kept.deleted_at is not None
        if wordless:
            after = replace(after, lexicon_sha256=before.lexicon_sha256)
        anew = self._rules.judge(one, before)
        findings, reviews = anew.findings, anew.reviews
        stood = stand(one.kept, findings, reviews, self._bench.rubric, remarks)
        return Verdict(
            key=one.key,
            number=one.number,
            another=after != before,
            provenance=after,
            findings_number=one.findings_number,
            stood=stood,
            decided=decided_ids(reviews),
            about={"staff_id": one.staff_id, "branch_id": one.branch_id, "day": one.day},
            findings=None if findings == one.findings else findings,
            reviews=reviews,
            change=replace(_change(one, stood, anew.stale), wordless=wordless),
        )


def had_audio(provenance: Provenance) -> bool:
    """Whether words were heard, rather than given as text."""
    return ("source", "transcript") not in provenance.asr


def _provenance(before: Provenance, bench: Bench) -> Provenance:
    lexicon = bench.lexicon.sha256 if bench.lexicon else before.lexicon_sha256
    return replace(
        before,
        version=__version__,
        rubric_sha256=bench.rubric.sha256,
        lexicon_sha256=lexicon,
    )


def _change(one: Stored, stood: Stood, stale: int) -> Change:
    values = standing_values(stood)
    return Change(
        interaction_id=one.id,
        staff_id=one.staff_id,
        branch_id=one.branch_id,
        day=one.day,
        before=one.total,
        after=values["total"],
        red_lines_before=one.red_lines,
        red_lines_after=values["red_lines"],
        review_before=one.needs_review,
        review_after=values["needs_review"],
        stale_reviews=stale,
    )


def _shown(total: float | None) -> float | None:
    return None if total is None else round(total, 1)
