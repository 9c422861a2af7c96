"""Write the pages of docs/ that are generated from code and data, or check that they are true.

Usage: python tools/make_docs.py [--check]
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from api_page import api_page
from svcscore.cli.main import cli
from svcscore.errors import CODES
from svcscore.reports.contract import json_schema

DOCS = Path(__file__).resolve().parents[1] / "docs"
MADE = "<!-- Written by tools/make_docs.py; do not edit. -->\n\n"


def pages() -> dict[str, str]:
    """Every generated page, by its path below docs/."""
    made = {
        "reference/cli.md": "\n".join(_commands(cli, "svcscore")),
        "reference/errors.md": "\n".join(_errors()),
        "reference/output.md": "\n".join(_outputs()),
        "reference/rest-api.md": api_page(_type),
        "reference/rules-catalogue.md": _printed("rules", "catalogue"),
        "explanation/courtesy-card.md": _printed("courtesy", "card"),
    }
    return {name: MADE + text.rstrip() + "\n" for name, text in made.items()}


def _commands(command: click.Command, name: str, depth: int = 1) -> Iterator[str]:
    context = click.Context(command, info_name=name, terminal_width=88)
    yield f"{'#' * min(depth, 3)} {'The command line' if depth == 1 else f'`{name}`'}\n"
    yield f"```text\n{command.get_help(context)}\n```\n"
    if isinstance(command, click.Group):
        for sub in command.list_commands(context):
            found = command.get_command(context, sub)
            assert found is not None
            yield from _commands(found, f"{name} {sub}", depth + 1)


def _errors() -> Iterator[str]:
    yield "# Error codes\n"
    yield "Codes are stable. Remarks (such as `audio.noisy`) are `warnings` of a recording that was"
    yield "processed; the others are its `error`.\n"
    yield "| code | meaning |\n| --- | --- |"
    for code, meaning in CODES.items():
        yield f"| `{code}` | {meaning} |"


def _outputs() -> Iterator[str]:
    yield "# Output files\n"
    yield "Fields are added, never renamed; times are seconds from the start of the recording,"
    yield "probabilities 0–1, scores 0–100.\n"
    for file, schema in json_schema().items():
        yield f"## `{file}`\n"
        yield from _fields(schema)
        for name, part in schema.get("$defs", {}).items():
            if "properties" in part:
                yield f"\n### {name}\n"
                yield from _fields(part)
        yield ""


def _fields(schema: dict[str, Any]) -> Iterator[str]:
    yield f"{schema.get('description', '').splitlines()[0]}\n"
    yield "| field | type |\n| --- | --- |"
    for name, field in schema["properties"].items():
        yield f"| `{name}` | {_type(field)} |"


def _type(field: dict[str, Any]) -> str:
    if "$ref" in field:
        return str(field["$ref"]).rpartition("/")[2]
    if parts := field.get("anyOf") or field.get("oneOf"):
        return " or ".join(_type(part) for part in parts)
    if "enum" in field:
        return ", ".join(f"`{value}`" for value in field["enum"])
    if "items" in field:
        return f"list of {_type(field['items'])}"
    if "const" in field:
        return f"`{field['const']}`"
    return str(field.get("type", "any"))


def _printed(*command: str) -> str:
    """What a command of ours prints."""
    from click.testing import CliRunner

    result = CliRunner().invoke(cli, command, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def main() -> None:
    """Write the pages, or exit with 1 where one on disk differs."""
    stale = []
    for name, text in pages().items():
        path = DOCS / name
        if not path.exists() or path.read_text("utf-8") != text:
            stale.append(name)
            if "--check" not in sys.argv:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
    if "--check" in sys.argv and stale:
        sys.exit(f"stale, run `make docs`: {', '.join(stale)}")


if __name__ == "__main__":
    main()
