"""What is wrong in a YAML file: each fault with its file and line, all of them at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from svcscore.errors import ConfigError

_Model = TypeVar("_Model", bound=BaseModel)

LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml where PyYAML was built with it: ten times as fast."""
Loc = tuple[int | str, ...]
"""Keys and numbers that lead from the top of a file to a value, as pydantic writes them."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in a file."""

    file: Path
    line: int
    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.where}: {self.message}"


@dataclass(frozen=True, slots=True)
class Source:
    """A YAML file: what it holds, and where each part of it stands."""

    file: Path
    raw: bytes
    content: object
    node: yaml.Node | None

    def fault(self, loc: Loc, message: str) -> Fault:
        """A fault at `loc`."""
        where = ".".join(str(part) for part in loc) or "file"
        return Fault(self.file, line_of(self.node, loc), where, message)

    def faults(self, error: ValidationError) -> list[Fault]:
        """What a model of pydantic has against the content."""
        return [self.fault(loc, message) for loc, message in complaints(error)]


class FaultyError(Exception):
    """A file cannot be read as YAML; `faults` tell why."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(*faults)
        self.faults = faults


def read_source(path: Path) -> Source:
    """Read a YAML file in which no key stands twice.

    Raises:
        FaultyError: where it cannot be read, is not UTF-8, not YAML, or has a key twice.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise FaultyError(Fault(path, 1, "file", str(error.strerror))) from error
    return parse_source(path, raw)


def parse_source(path: Path, raw: bytes) -> Source:
    """The same of bytes that were read already; `path` is what faults call them.

    Raises:
        FaultyError: where they are not UTF-8, not YAML, or have a key twice.
    """
    try:
        text = raw.decode("utf-8-sig")
        node = yaml.compose(text, Loader=LOADER)
        content = yaml.load(text, Loader=LOADER)
    except UnicodeDecodeError as error:
        message = f"not UTF-8 (byte {error.start}): save it as UTF-8"
        raise FaultyError(Fault(path, 1, "file", message)) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        message = str(getattr(error, "problem", None) or error)
        raise FaultyError(Fault(path, mark.line + 1 if mark else 1, "yaml", message)) from error
    if twice := list(_twice(path, node, set())):
        raise FaultyError(*twice)
    return Source(path, raw, content, node)


def read_model(path: Path, model: type[_Model]) -> _Model:
    """A YAML file as what it should be.

    Raises:
        FaultyError: with every fault of the file.
    """
    source = read_source(path)
    try:
        return model.model_validate(source.content)
    except ValidationError as error:
        raise FaultyError(*source.faults(error)) from error


def complaints(error: ValidationError) -> Iterator[tuple[Loc, str]]:
    """What a model of pydantic has against a content, and where."""
    told = error.errors(include_url=False)
    for found in told:
        # pydantic counts faultless items only: a list that holds others is not too short
        if found["type"] != "too_short" or not any(
            _within(other["loc"], found["loc"]) for other in told
        ):
            yield found["loc"], re.sub(r"^Value error, ", "", found["msg"])


def config_error(
    path: Path, faults: Sequence[Fault], remedy: str = "mend the lines named"
) -> ConfigError:
    """All `faults` of a file or folder as one error."""
    lines = "\n  ".join(str(fault) for fault in faults)
    return ConfigError(
        "config.invalid",
        f"{len(faults)} fault(s):\n  {lines}",
        remedy,
        str(path),
    )


def line_of(node: yaml.Node | None, loc: Loc) -> int:
    """Line, from 1, of the deepest part of `loc` that is there."""
    line = 1
    for key in loc:
        if isinstance(node, yaml.MappingNode):
            entry = next((kv for kv in node.value if kv[0].value == key), None)
            if entry is None:
                continue  # pydantic puts the union's tag in the path; the file has no such key
            line, node = entry[0].start_mark.line + 1, entry[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
            node = node.value[key]
            line = node.start_mark.line + 1
    return line


def _within(loc: Loc, outer: Loc) -> bool:
    return len(loc) > len(outer) and loc[: len(outer)] == outer


def _twice(path: Path, node: yaml.Node | None, seen: set[int]) -> Iterator[Fault]:
    """Keys that stand twice in one mapping: YAML would keep the last and say nothing."""
    if node is None or id(node) in seen:  # anchors may lead in a circle
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        keys = [str(key.value) for key, _ in node.value]
        for at, (key, value) in enumerate(node.value):
            if str(key.value) in keys[:at]:
                line = key.start_mark.line + 1
                yield Fault(path, line, str(key.value), "the key stands twice")
            yield from _twice(path, value, seen)
    elif isinstance(node, yaml.SequenceNode):
        for part in node.value:
            yield from _twice(path, part, seen)
