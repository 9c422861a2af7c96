"""Sidecars and manifests: strict, all faults at once, with what was meant."""

from __future__ import annotations

import pytest

from svcscore.errors import InputError, UsageError
from svcscore.intake.manifest import read_manifest
from svcscore.intake.sidecar import read_sidecar
from svcscore.records import Context, Kind, Role, Visit
from svcscore.spans import Span

WHOLE = """{"staff_id": " T1 ", "branch_id": "B1", "kind": "manager",
 "occurred_at": "2026-03-02T09:30:00+08:00", "channels": {"right": "customer", "left": "teller"},
 "visits": [{"ticket": "A2", "start": 9, "end": 12.5}, {"start": 0, "end": 4}]}"""


@pytest.fixture
def sidecar(tmp_path):
    def read(content: str | bytes) -> Context:
        path = tmp_path / "a.json"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_sidecar(path)

    return read


@pytest.fixture
def manifest(tmp_path):
    def read(content: str | bytes):
        path = tmp_path / "m.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_manifest(path)

    return read


def test_a_whole_sidecar(sidecar):
    assert sidecar(WHOLE) == Context(
        staff_id="T1",
        branch_id="B1",
        kind=Kind.MANAGER,
        occurred_at="2026-03-02T09:30:00+08:00",
        channels=(Role.TELLER, Role.CUSTOMER),
        visits=(Visit(span=Span(0, 4)), Visit(span=Span(9, 12.5), ticket="A2")),
    )


@pytest.mark.parametrize("content", ["{}", '{"staff_id": null}', '{"staff_id": "  "}', "\ufeff{}"])
def test_what_says_nothing(sidecar, content):
    assert sidecar(content) == Context()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ('{"staf_id": "T1"}', "staf_id: unknown key, did you mean 'staff_id'?"),
        ('{"zzz": 1}', "zzz: unknown key"),
        ('{"staff_id": 7}', "staff_id"),
        ('{"kind": "kounter"}', "kind"),
        ('{"channels": {"left": "cashier"}}', "channels.left"),
        ('{"channels": {"middle": "teller"}}', "'middle' is not"),
        ('{"channels": {"left": "teller", "0": "customer"}}', "named twice"),
        ('{"visits": [{"start": 5, "end": 2}]}', "before it starts"),
        ('{"visits": [{"start": -1, "end": 2}]}', "visits.0.start"),
        ('{"occurred_at": "yesterday"}', "ISO 8601"),
        ('{"occurred_at": "2026-03-02"}', "ISO 8601"),
        ('{"staff_id": ', "JSON"),
        ("[1]", "object"),
    ],
)
def test_faults_of_a_sidecar(sidecar, content, told):
    with pytest.raises(InputError) as caught:
        sidecar(content)
    assert caught.value.code == "sidecar.invalid"
    assert told in caught.value.message


def test_all_faults_at_once(sidecar):
    with pytest.raises(InputError) as caught:
        sidecar('{"staff_id": 7, "kind": "x", "branch": "B1"}')
    for key in ("staff_id", "kind", "branch"):
        assert key in caught.value.message


@pytest.mark.parametrize("content", ["", " \n"])
def test_an_empty_sidecar(sidecar, content):
    with pytest.raises(InputError) as caught:
        sidecar(content)
    assert caught.value.code == "sidecar.empty"


def test_a_sidecar_in_another_encoding_is_named(sidecar):
    with pytest.raises(InputError, match="GB18030"):
        sidecar('{"staff_id": "张三柜员一号窗口"}'.encode("gb18030"))


def test_rows_of_a_manifest(manifest, tmp_path):
    rows = manifest(
        '\ufeffpath, staff_id,channels,visits\r\n"一/a.wav",T1,"teller,customer",\r\n'
        '\r\nb.wav,,,"[{""start"": 1, ""end"": 2}]"\r\n'
    )
    assert [(row.path, row.line) for row in rows] == [
        (tmp_path / "一/a.wav", 2),
        (tmp_path / "b.wav", 4),
    ]
    assert rows[0].context.channels == (Role.TELLER, Role.CUSTOMER)
    assert rows[1].context == Context(visits=(Visit(span=Span(1, 2)),))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "no column 'path'"),
        ("staff_id\nT1\n", "no column 'path'"),
        ("path,zzz\na.wav,1\n", "unknown column 'zzz'"),
        ("path,path\na.wav,b.wav\n", "named twice"),
        ("path,kind\na.wav,kounter\n", "line 2: kind"),
        ("path,staff_id\n,T1\n", "line 2: path is empty"),
        ("path\na.wav\n./a.wav\n", "line 3: path './a.wav' is also on line 2"),
        ("path,visits\na.wav,[\n", "visits: not JSON"),
        ("path\na.wav,b,c\n", "3 cells under 1 columns"),
        ('path\n"a.wav\n', "line 2"),
    ],
)
def test_faults_of_a_manifest(manifest, content, told):
    with pytest.raises(UsageError) as caught:
        manifest(content)
    assert caught.value.code == "manifest.invalid"
    assert told in caught.value.message


def test_a_manifest_in_another_encoding_is_named_with_the_remedy(manifest):
    with pytest.raises(UsageError) as caught:
        manifest("path,staff_id\n录音.wav,张三\n".encode("gb18030"))
    assert caught.value.code == "manifest.encoding"
    assert "iconv -f GB18030" in caught.value.remedy


def test_a_manifest_that_is_not_there(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        read_manifest(tmp_path / "nowhere.csv")
