"""Runs `svcscore` as its users do: in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "samples"
FILES = ("interactions.jsonl", "recordings.jsonl", "report.html", "report.xlsx")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """How a call ended, and where it wrote."""

    out: Path
    code: int
    stdout: str
    stderr: str

    @property
    def interactions(self) -> list[dict]:
        return _lines(self.out / "interactions.jsonl")

    @property
    def recordings(self) -> list[dict]:
        return _lines(self.out / "recordings.jsonl")

    def recording(self, name: str) -> dict:
        (found,) = [line for line in self.recordings if Path(line["path"]).name == name]
        return found

    def bytes(self) -> dict[str, bytes]:
        return {name: (self.out / name).read_bytes() for name in FILES}


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "svcscore", *map(str, arguments)]


def svcscore(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments), cwd=cwd, check=False, capture_output=True, text=True, env=environment()
    )


def score(out: Path, *arguments: object, cwd: Path | None = None) -> Run:
    ended = svcscore("score", *arguments, "--out", out, cwd=cwd)
    return Run(out=out, code=ended.returncode, stdout=ended.stdout, stderr=ended.stderr)


def environment() -> dict[str, str]:
    return {**os.environ, "COLUMNS": "160", "HF_HUB_OFFLINE": "1"}


def transcript(path: Path, *turns: tuple[str, str], kind: str = "counter", **more: object) -> Path:
    """A stored transcript: turns of three seconds each."""
    content = {
        "kind": kind,
        "turns": [
            {"start": 4.0 * i, "end": 4.0 * i + 3, "role": role, "text": text}
            for i, (role, text) in enumerate(turns)
        ],
        **more,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return path


GOOD = (
    ("teller", "您好欢迎光临请坐请问您今天办理什么业务"),
    ("customer", "我想取两万块钱"),
    ("teller", "好的请您出示一下身份证和银行卡谢谢"),
    ("customer", "给你"),
    ("teller", "谢谢您请您输入密码注意遮挡"),
    ("teller", "这是您的两万元请当面点清请问还需要办理其他业务吗"),
    ("customer", "没有了谢谢"),
    ("teller", "不客气请慢走再见"),
)
BAD = (
    ("teller", "办什么业务快点说"),
    ("customer", "我想查一下我的卡"),
    ("teller", "没看我正忙着吗你爱办不办"),
    ("customer", "你什么态度我要投诉"),
    ("teller", "你去投诉吧"),
)


def _lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]
