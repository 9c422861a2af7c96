from dataclasses import replace

import pytest

from svcscore.decisions import Decision, Review
from svcscore.ledger.suggesting import Hit, exclusions, new_phrases, suggest, threshold
from svcscore.records import Status
from svcscore.rules.definition import DutyRule, MeasureRule, NearRule, PhraseRule
from svcscore.spans import Span

FIELDS = {
    "id": "test.one", "code": "forbidden.impatience", "title": "测试", "why": "用于测试",
    "source": "测试", "examples": ["你急什么"], "counter_examples": ["好"],
}  # fmt: skip
PHRASE = PhraseRule.model_validate({**FIELDS, "phrases": ["急什么"], "severity": "major"})


def hit(number, said="急什么", *, right=True, probability=0.9, heard="急什么", exact=True):
    decision = Decision.CONFIRM if right else Decision.OVERTURN
    key = f"i{number}"
    review = Review(
        interaction_id=key, finding_id=f"f{number}", decision=decision, reviewer="q",
        at="2026-03-03T08:00:00+00:00",
    )  # fmt: skip
    return Hit(
        interaction_id=key, finding_id=f"f{number}", rule="test.one", code="forbidden.impatience",
        review=review, probability=probability, status=Status.REVIEW, exact=exact,
        span=Span(0, 1), heard=heard, said=(said,),
    )  # fmt: skip


def test_a_threshold_lies_between_wrong_and_right():
    low = [hit(n, right=False, probability=0.5) for n in range(5)]
    high = [hit(n + 5, probability=0.9) for n in range(5)]
    assert threshold(low + high) == pytest.approx(0.7)
    # nothing is gained where the wrong ones are as probable, or where there are none
    assert threshold([replace(one, probability=0.9) for one in low] + high) is None
    assert threshold(high) is None
    assert threshold([]) is None


def test_a_threshold_counts_what_hits_stand_for():
    low = [hit(0, right=False, probability=0.5), hit(1, probability=0.5)]
    high = [hit(2, probability=0.9)]
    heavy = [replace(low[0], weight=20.0), low[1]]
    assert threshold(heavy + high) == pytest.approx(0.7)
    kind = [low[0], replace(low[1], weight=20.0)]
    assert threshold(kind + high) is None


def test_an_exclusion_is_in_no_confirmed_turn_and_in_enough_overturned_ones():
    right = [hit(n, f"你急什么{c}") for n, c in enumerate("甲乙丙丁戊己庚辛")]
    wrong = [hit(n + 20, f"{c}着急什么时候", right=False) for n, c in enumerate("子丑寅卯")]
    (one,) = exclusions(PHRASE, [*right, *wrong])
    assert (one.text, one.field, one.wrong) == ("着急什么时候", "unless", 4)
    assert exclusions(PHRASE, [*right, *wrong[:2]]) == ()
    # said to a customer as well, it tells nothing
    (less,) = exclusions(PHRASE, [*right, hit(50, "什么时候急什么"), *wrong])
    assert less.text != "什么时候"
    # and in so many other wrong turns it may be chance
    noise = [hit(n + 100, f"急什么{chr(0x4E00 + n)}", right=False) for n in range(60)]
    assert exclusions(PHRASE, [*right[:3], *wrong[:3], *noise]) == ()


def test_the_same_turn_said_in_one_interaction_is_one_witness():
    right = [hit(n) for n in range(8)]
    wrong = [hit(n + 20, "着急什么时候", right=False) for n in range(4)]
    one = [replace(w, interaction_id="i20") for w in wrong]
    assert exclusions(PHRASE, [*right, *wrong])
    assert exclusions(PHRASE, [*right, *one]) == ()


def test_an_example_of_the_rule_is_never_excluded():
    rule = PHRASE.model_copy(
        update={"examples": PhraseRule.model_validate(
            {**FIELDS, "phrases": ["急什么"], "examples": ["着急什么时候"]}).examples}
    )  # fmt: skip
    right = [hit(n) for n in range(8)]
    wrong = [hit(n + 20, "着急什么时候", right=False) for n in range(4)]
    assert exclusions(rule, [*right, *wrong]) == ()


def test_each_kind_of_rule_gets_what_it_has_room_for():
    right = [hit(n) for n in range(8)]
    away = [hit(n + 20, "系统提示急什么", right=False, heard="急什么") for n in range(4)]
    base = {key: value for key, value in FIELDS.items() if key != "code"}
    duty = DutyRule.model_validate(
        {**base, "code": "voice.thanks", "phrases": ["谢谢"], "trigger": {"phrases": ["给你"]}}
    )
    near = NearRule.model_validate({**FIELDS, "groups": [["急"], ["什么"]]})
    measure = MeasureRule.model_validate(
        {**base, "code": "signal.silence", "signal": "silence", "limit": 3}
    )
    # 系统提示急什么 holds what was heard: a near miss; so even a duty can take it
    assert {one.field for one in exclusions(duty, [*right, *away])} == {"unless"}
    assert {one.field for one in exclusions(near, [*right, *away])} == {"unless"}
    assert exclusions(measure, [*right, *away]) == ()
    apart = [hit(n + 20, f"系统提示说{c}急什么", right=False) for n, c in enumerate("甲乙丙丁")]
    assert exclusions(duty, [*right, *apart]) == ()
    assert {one.field for one in exclusions(near, [*right, *apart])} == {"unless_turn"}
    assert new_phrases(near, [hit(n, heard="寄什么", exact=False) for n in range(4)]) == ()


def test_a_new_phrase_is_a_likeness_that_people_confirmed_more_than_once():
    like = [hit(n, heard="及什么", exact=False) for n in range(3)]
    (one,) = new_phrases(PHRASE, like)
    assert (one.text, one.confirmed) == ("及什么", 3)
    assert new_phrases(PHRASE, like[:1]) == ()
    assert new_phrases(PHRASE, [*like, hit(9, heard="及什么", exact=False, right=False)]) == ()
    assert new_phrases(PHRASE, [replace(one, exact=True) for one in like]) == ()
    known = PHRASE.model_copy(update={"phrases": ("急什么", "及什么")})
    assert new_phrases(known, like) == ()


def test_a_proposal_leaves_the_rule_as_it_was():
    right = [hit(n) for n in range(8)]
    wrong = [hit(n + 20, "着急什么时候", right=False) for n in range(4)]
    proposal = suggest(PHRASE, [*right, *wrong])
    tuned = proposal.applied(PHRASE)
    assert tuned.unless == ("着急什么时候",)
    assert PHRASE.unless == ()
    assert suggest(PHRASE, right).empty
