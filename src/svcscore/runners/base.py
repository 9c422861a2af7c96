"""The seam between a batch and the machines that it runs on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, Literal, Protocol, TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Done(Generic[Result]):
    """What became of the task at `index`: a result, or how its worker ended (`died`).

    `excess` says which limit it was ended for, every time that it was tried.
    """

    index: int
    result: Result | None
    died: str | None = None
    excess: Literal["time", "memory"] | None = None


class Runner(Protocol):
    """Does tasks, in any order, each exactly once as far as its results are concerned."""

    def run(
        self,
        tasks: Sequence[Task],
        work: Callable[[Task, Callable[[float], None]], Result],
        progress: Callable[[int, float], None],
    ) -> Iterator[Done[Result]]:
        """Yield each task as it ends.

        `work` is a picklable function of a task and of a callable that it tells how far it is
        (seconds of audio); `progress` hears that, with the task's index, in this process.
        """
        ...
