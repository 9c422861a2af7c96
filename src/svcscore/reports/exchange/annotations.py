"""What people decided in Label Studio, as reviews.

Only an explicit choice at the region of a finding is a decision. Whatever else somebody did (drew or
deleted a region, moved one, changed a label or a role) is told as `Unread`, and changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from svcscore.decisions import Decision, Review
from svcscore.errors import InputError
from svcscore.reports.exchange.label_studio import CHOICES, DECISION, FINDING, REASON, ROLE

_DECISIONS = {
    name: decision for decision, title in CHOICES.items() for name in (decision.value, title)
}
_MOVED = 0.01
"""Seconds; less is rounding."""
_EXPORT = "in Label Studio choose Export, then JSON (not JSON-MIN, CSV or another)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """Something in an export that became no review; ids are those of Label Studio."""

    task: str
    annotation: str
    region: str
    message: str
    remedy: str

    def __str__(self) -> str:
        where = (
            f"task {self.task}, annotation {self.annotation or '-'}, region {self.region or '-'}"
        )
        return f"{where}: {self.message} → {self.remedy}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotated:
    """What an export holds: reviews by time, and what was left out and why."""

    reviews: tuple[Review, ...]
    unread: tuple[Unread, ...]


class _Lenient(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Region(_Lenient):
    id: str
    start: float
    end: float


class _Turn(_Region):
    """A turn as the task's data tells it."""

    role: str


class _Finding(_Region):
    """A finding as the task's data tells it."""

    code: str
    interaction_id: str


class _Data(_Lenient):
    findings: tuple[_Finding, ...]
    dialogue: tuple[_Turn, ...] = ()


class _User(_Lenient):
    id: int | None = None
    email: str = ""


class _Annotation(_Lenient):
    id: int | str = ""
    completed_by: int | _User | None = None
    created_at: AwareDatetime | None = None
    updated_at: AwareDatetime | None = None
    was_cancelled: bool = False
    result: tuple[Any, ...] = ()


class _Value(_Lenient):
    start: float | None = None
    end: float | None = None
    labels: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    text: tuple[str, ...] | str = ()


class _Result(_Lenient):
    id: str = ""
    type: str = ""
    from_name: str = ""
    value: _Value = _Value()


@dataclass(slots=True)
class _Reading:
    """One annotation while it is read."""

    task: str
    findings: dict[str, _Finding]
    turns: dict[str, _Turn]
    annotation: str = ""
    unread: list[Unread] = field(default_factory=list)
    predicted: bool = False
    """Whether any region of the prediction is still there."""
    codes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)

    def leave(self, region: str, message: str, remedy: str) -> None:
        self.unread.append(
            Unread(
                task=self.task,
                annotation=self.annotation,
                region=region,
                message=message,
                remedy=remedy,
            )
        )


def read_annotations(data: bytes, *, blind: bool = False, path: str | None = None) -> Annotated:
    """The decisions of an export in Label Studio's JSON (one task or a list of them).

    The time of a review is that of the annotation's last change, so an annotation that somebody
    changed gives new reviews, and the same export the same ones. See also `unsaid`.

    Args:
        data: the file's bytes.
        blind: whether the annotators could not see an earlier review (`decisions.Review.blind`).
        path: the file, for the error.

    Raises:
        InputError: ``input.invalid`` where it is not JSON or not such an export.
    """
    reviews: dict[str, Review] = {}
    unread: list[Unread] = []
    for number, task in enumerate(_tasks(data, path), 1):
        name = str(task.get("id", f"number {number}")) if isinstance(task, dict) else f"{number}"
        for found in _read_task(name, task, blind):
            if isinstance(found, Review):
                reviews[found.id] = found
            else:
                unread.append(found)
    ordered = sorted(reviews.values(), key=lambda review: (review.at, review.id))
    return Annotated(reviews=tuple(ordered), unread=tuple(unread))


def unsaid(reviews: Iterable[Review], stored: Iterable[Review]) -> tuple[Review, ...]:
    """Those of `reviews` that add something to the `stored` ones.

    An annotation that was saved again has a new time. What its reviewer had last said of a finding
    in the same words is not said twice.
    """
    last: dict[tuple[str, str, bool], Review] = {}
    known = set()
    for review in sorted(stored, key=lambda review: (review.at, review.id)):
        known.add(review.id)
        last[_voice(review)] = review
    fresh = []
    for review in sorted(reviews, key=lambda review: (review.at, review.id)):
        before = last.get(_voice(review))
        again = before is not None and _words(before) == _words(review)
        if review.id in known or again:
            continue
        fresh.append(review)
        known.add(review.id)
        if before is None or before.at <= review.at:
            last[_voice(review)] = review
    return tuple(fresh)


def _voice(review: Review) -> tuple[str, str, bool]:
    return review.reviewer, review.finding_id, review.blind


def _words(review: Review) -> tuple[Decision, str]:
    return review.decision, review.reason


def _tasks(data: bytes, path: str | None) -> list[Any]:
    try:
        content = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as fault:
        raise InputError("input.invalid", f"this is not JSON ({fault})", _EXPORT, path) from fault
    tasks = content if isinstance(content, list) else [content]
    if tasks and not any(isinstance(t, dict) and "annotations" in t for t in tasks):
        told = "no task of it has annotations"
        raise InputError("input.invalid", f"not an export of tasks: {told}", _EXPORT, path)
    return tasks


def _read_task(name: str, task: object, blind: bool) -> Iterator[Review | Unread]:
    start = _Reading(task=name, findings={}, turns={})
    if not isinstance(task, dict) or not isinstance(task.get("annotations"), list):
        start.leave("", "the task has no list of annotations", _EXPORT)
        yield from start.unread
        return
    told = _model(_Data, task.get("data"), start, "data", "import tasks that svcscore has written")
    drafts = task.get("drafts")
    for draft in drafts if isinstance(drafts, list) else ():
        id_ = _id(draft) if isinstance(draft, dict) else draft
        start.leave("", f"draft {id_} was not submitted", "submit it, and export again")
    yield from start.unread
    if told is None:
        return
    findings = {finding.id: finding for finding in told.findings}
    turns = {turn.id: turn for turn in told.dialogue}
    for raw in task["annotations"]:
        reading = _Reading(task=name, findings=findings, turns=turns, annotation=_id(raw))
        yield from _read_annotation(reading, raw, blind)


def _id(raw: object) -> str:
    return str(raw.get("id", "")) if isinstance(raw, dict) else ""


def _read_annotation(reading: _Reading, raw: object, blind: bool) -> Iterator[Review | Unread]:
    annotation = _model(_Annotation, raw, reading, "annotation", _EXPORT)
    if annotation is not None and annotation.result:
        yield from _decided(reading, annotation, blind)
    yield from reading.unread


def _decided(reading: _Reading, annotation: _Annotation, blind: bool) -> Iterator[Review]:
    if annotation.was_cancelled:
        reading.leave("", "the annotation was skipped", "submit it, if its decisions should count")
        return
    at, reviewer = _moment(annotation), _reviewer(annotation)
    if not at or not reviewer:
        missing = "who" if at else "when"
        reading.leave("", f"nothing says {missing} decided", "export with details of users")
        return
    for raw in annotation.result:
        _sort(reading, raw)
    for finding in reading.findings.values():
        decision = _decision(reading, finding)
        if decision is not None:
            yield Review(
                interaction_id=finding.interaction_id,
                finding_id=finding.id,
                decision=decision,
                reviewer=reviewer,
                at=at,
                reason=reading.reasons.get(finding.id, ""),
                blind=blind,
            )


def _moment(annotation: _Annotation) -> str:
    at = annotation.updated_at or annotation.created_at
    try:
        return at.astimezone(UTC).isoformat() if at else ""
    except OverflowError:  # a time of year 1 or 9999
        return ""


def _reviewer(annotation: _Annotation) -> str:
    who = annotation.completed_by
    if isinstance(who, _User):
        if who.email:
            return who.email
        who = who.id
    return "" if who is None else f"label-studio:{who}"


def _sort(reading: _Reading, raw: object) -> None:
    """Put one result where it belongs, or tell why it belongs nowhere."""
    result = _model(_Result, raw, reading, "result", "export again")
    if result is None:
        return
    match result.type, result.from_name:
        case "labels", name if name in (FINDING, ROLE):
            _compare(reading, result)
        case "choices", name if name == DECISION and result.id in reading.findings:
            reading.choices.setdefault(result.id, []).extend(result.value.choices)
        case "textarea", name if name == REASON and result.id in reading.findings:
            text = result.value.text
            reading.reasons[result.id] = text if isinstance(text, str) else "\n".join(text)
        case kind, name:
            told = f"{kind or 'a result'} of {name or 'no control'} is no decision about a finding"
            reading.leave(result.id, told, "decide at the region of a finding")


def _compare(reading: _Reading, result: _Result) -> None:
    """Tell what somebody changed in a region; it is not read."""
    labels = ", ".join(result.value.labels)
    was, region = _predicted(reading, result)
    if region is None:
        told = f"a new region ({labels}): what the machine missed is not read from here"
        reading.leave(result.id, told, "tell the keeper of the rules; add the phrase to a lexicon")
        return
    reading.predicted = True
    if result.from_name == FINDING:
        reading.codes[result.id] = result.value.labels
    if labels != was:
        told = f"the label became {labels!r}; it was {was!r}"
        found = result.from_name == FINDING
        remedy = "undo it and choose 判断错误" if found else "roles are not read from here"
        reading.leave(result.id, told, remedy)
    elif _moved(region, result.value):
        told = "the region was moved; its new times are not read"
        reading.leave(result.id, told, "nothing to do: a decision at it counts")


def _predicted(reading: _Reading, result: _Result) -> tuple[str, _Region | None]:
    """Label and place of a region when it was exported."""
    if result.from_name == FINDING:
        found = reading.findings.get(result.id)
        return (found.code, found) if found else ("", None)
    turn = reading.turns.get(result.id)
    return (turn.role, turn) if turn else ("", None)


def _moved(region: _Region, value: _Value) -> bool:
    ends = ((region.start, value.start), (region.end, value.end))
    return any(new is not None and abs(new - old) > _MOVED for old, new in ends)


def _decision(reading: _Reading, finding: _Finding) -> Decision | None:
    """What was chosen at the region of `finding`."""
    codes, choices = reading.codes.get(finding.id), reading.choices.get(finding.id)
    if not choices:
        if finding.id in reading.reasons:
            reading.leave(finding.id, "a reason without a decision", "choose a decision there")
        if codes is None and reading.predicted:
            told = "the region was deleted, which is no decision"
            reading.leave(finding.id, told, "choose 判断错误 there, if the finding is wrong")
        return None
    if codes is not None and codes != (finding.code,):
        return None  # told already: nobody knows which of the two codes was decided about
    if len(set(choices)) > 1 or choices[0] not in _DECISIONS:
        told = f"{', '.join(choices)} is not one of the decisions {', '.join(CHOICES)}"
        reading.leave(finding.id, told, "choose one of them")
        return None
    return _DECISIONS[choices[0]]


Model = TypeVar("Model", bound=BaseModel)


def _model(
    model: type[Model], raw: object, reading: _Reading, what: str, remedy: str
) -> Model | None:
    try:
        return model.model_validate(raw)
    except ValidationError as fault:
        first = fault.errors(include_url=False, include_input=False)[0]
        where = ".".join([what, *(str(part) for part in first["loc"])])
        region = str(raw.get("id", "")) if what == "result" and isinstance(raw, dict) else ""
        reading.leave(region, f"{where}: {first['msg']}", remedy)
        return None
