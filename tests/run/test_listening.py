"""`--listen`: the second listen in no place, in those that need it, and in all."""

from runs import SAMPLES, score


def test_without_the_second_listen_no_red_line_is_confirmed(tmp_path):
    run = score(tmp_path / "off", SAMPLES / "counter_bad.wav", "--listen", "off")
    assert run.code == 0, run.stderr
    findings = [f for line in run.interactions for f in line["findings"]]
    red = [f for f in findings if f["severity"] == "red_line" and f["match"] != "absence"]
    assert red
    assert {f["status"] for f in red} <= {"review", "rejected"}
    assert all(line["score"]["needs_review"] for line in run.interactions)
    assert not any(line["score"]["red_line"] for line in run.interactions)


def test_another_choice_is_a_wrong_call(tmp_path):
    assert score(tmp_path / "x", SAMPLES / "counter_bad.wav", "--listen", "some").code == 2
