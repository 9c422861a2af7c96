"""What a run is told beside its inputs: small, frozen, and picklable for the workers."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from svcscore.errors import ConfigError
from svcscore.resources import data_folder

ListenMode = Literal["off", "auto", "all"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Choices that can change a result (`model`, `lexicon`, `profile`, `voices`, `listen`), and how to work.

    `model` is a name or a folder, None for the default; `lexicon` a folder of packs; `profile` a
    rubric file; `voices` a file of enrolled voices, None for none; `listen` whether the second listen is
    asked about what needs it, about everything or about nothing; `workers` the number of processes, each
    with `threads` threads.
    """

    model: str | None
    lexicon: Path
    profile: Path
    workers: int
    threads: int
    voices: Path | None = None
    listen: ListenMode = "auto"


def settings(
    *,
    model: str | None = None,
    lexicon: Path | None = None,
    profile: str = "default",
    workers: int | None = None,
    voices: Path | None = None,
    listen: ListenMode = "auto",
) -> Settings:
    """Fill in what was not chosen.

    Args:
        model: see `asr.weights.find_asr`.
        lexicon: None for the packaged one.
        profile: a name in `profiles/` of the lexicon, or the path of a file.
        voices: None where nobody is enrolled.
        listen: how much the second listen is asked.
        workers: None for one worker to four cores: the recogniser itself uses several.

    Raises:
        ConfigError: ``config.invalid`` where there is no such profile or lexicon, ``voices.missing``.
    """
    folder = lexicon or data_folder("lexicons")
    if not folder.is_dir():
        raise ConfigError(
            "config.invalid", "there is no such folder of packs", "check --lexicon", str(folder)
        )
    if voices is not None and not voices.is_file():
        raise ConfigError(
            "voices.missing",
            "there is no such file of enrolled voices",
            "svcscore staff enrol makes it; or leave --voices out",
            str(voices),
        )
    cores = len(os.sched_getaffinity(0))
    chosen = workers or max(1, cores // 4)
    return Settings(
        model=model,
        lexicon=folder,
        profile=_profile(folder, profile),
        workers=chosen,
        threads=max(1, cores // chosen),
        voices=voices,
        listen=listen,
    )


def _profile(lexicon: Path, name: str) -> Path:
    named = lexicon / "profiles" / f"{name}.yaml"
    for path in (named, data_folder("lexicons") / "profiles" / f"{name}.yaml", Path(name)):
        if path.is_file():
            return path
    known = sorted(path.stem for path in named.parent.glob("*.yaml"))
    raise ConfigError(
        "config.invalid",
        f"there is no profile {name!r}",
        f"profiles are {', '.join(known) or 'files'}; or give the path of a file",
        str(named.parent),
    )
