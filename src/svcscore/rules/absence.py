"""Credits that every interaction should have: one finding a code where no rule heard anything."""

from __future__ import annotations

from collections.abc import Sequence

from svcscore.records import SCORED_KINDS, Finding, Kind, Polarity, Verdict
from svcscore.rules.base import Window
from svcscore.rules.definition import AnyRule, PhraseRule
from svcscore.rules.hits import concluded
from svcscore.rules.listening import unheard_share, which_is_sure
from svcscore.rules.scene import Scene
from svcscore.spans import Span, hull

POSTS: dict[str, Kind] = {
    "flow.teller.": Kind.COUNTER,
    "flow.lobby.": Kind.LOBBY,
    "flow.manager.": Kind.MANAGER,
}
"""Codes that belong to one post; the others belong to all that are scored."""


def fits_post(code: str, kind: Kind) -> bool:
    """Whether findings of `code` make sense in an interaction of `kind`."""
    return next((kind is post for prefix, post in POSTS.items() if code.startswith(prefix)), True)


def absent(scene: Scene, rules: Sequence[AnyRule], title: str, missed: float) -> Finding:
    """The finding that says that no rule of one code heard anything.

    Args:
        scene: where nothing was heard.
        rules: the rules of the code that apply to the interaction; at least one.
        title: the Chinese title of the code.
        missed: the highest probability of a place that was rejected.
    """
    rule = min(rules, key=lambda rule: rule.id)
    window = _window(scene, rules)
    lost = unheard_share(scene, window)
    positions = tuple(p for p in scene.staff if scene.turns[p].span.overlap(window) > 0)
    unsure = lost > 0 or not scene.interaction.complete or not scene.staff
    sure = which_is_sure(scene, positions) * (1 - lost) * (1 - missed)
    return concluded(
        scene,
        rule,
        Polarity.CREDIT,
        Verdict.UNSURE if unsure else Verdict.ABSENT,
        sure,
        f"没有听到“{title}”{'（这段录音听不全，无法断定）' if unsure else ''}。",
    )


def expected_in(kind: Kind) -> bool:
    """Whether interactions of `kind` are scored at all."""
    return kind in SCORED_KINDS


def _window(scene: Scene, rules: Sequence[AnyRule]) -> Span:
    """Where any of the rules could have heard something."""
    spans = [span for rule in rules for span in _windows_of(scene, rule)]
    return hull(spans) if spans else scene.interaction.span


def _windows_of(scene: Scene, rule: AnyRule) -> list[Span]:
    whole = scene.interaction.span
    if not isinstance(rule, PhraseRule) or not (rule.opening or rule.closing):
        return [whole]
    turns = scene.speaking(rule.by)
    spans = []
    if rule.opening:
        spans.append(Span(whole.start, _end(scene, rule.opening, turns)))
    if rule.closing:
        spans.append(Span(_start(scene, rule.closing, turns), whole.end))
    return spans


def _end(scene: Scene, window: Window, turns: Sequence[int]) -> float:
    ends = [scene.turns[p].span.end for p in turns[: window.turns or 0]]
    if window.seconds is not None:
        ends.append(scene.spoken.start + window.seconds)
    return min(max([scene.interaction.span.start, *ends]), scene.interaction.span.end)


def _start(scene: Scene, window: Window, turns: Sequence[int]) -> float:
    starts = [scene.turns[p].span.start for p in turns[len(turns) - (window.turns or 0) :]]
    if window.seconds is not None:
        starts.append(scene.spoken.end - window.seconds)
    return max(min([scene.interaction.span.end, *starts]), scene.interaction.span.start)
