import pytest

from svcscore.phrases.pattern import MAX_VARIANTS, PatternError, expand


def pieces(phrase):
    return ["…".join(variant.pieces) for variant in expand(phrase)]


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("请慢走", ["请慢走"]),
        ("您慢走", ["你慢走"]),
        ("(请)慢走", ["请慢走", "慢走"]),
        ("(请|您|)慢走", ["请慢走", "你慢走", "慢走"]),
        ("办(什么|哪项)业务", ["办什么业务", "办哪项业务"]),
        ("需要…分钟", ["需要…分钟"]),
        ("(您|你)好", ["你好"]),
        ("…好…", ["好"]),
    ],
)
def test_plain_forms(phrase, expected):
    assert pieces(phrase) == expected


def test_plain_text_is_kept_as_it_is_written():
    (variant,) = expand("请您等…分钟")
    assert variant.plain == ("请您等", "分钟")


@pytest.mark.parametrize("phrase", ["(请", "请)慢走", "((请)慢)走", "请|慢走", "，", "()", "(啊)"])
def test_faults(phrase):
    with pytest.raises(PatternError):
        expand(phrase)


def test_too_many_variants():
    with pytest.raises(PatternError, match=str(MAX_VARIANTS)):
        expand("(一)(二)(三)(四)(五)(六)(七)(八)好")
