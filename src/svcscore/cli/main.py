"""``svcscore``: the command groups, each imported only when it is called."""

from __future__ import annotations

import importlib
import sys

import click

from svcscore import __version__
from svcscore.errors import ConfigError, InputError, SvcscoreError, UsageError

COMMANDS: dict[str, tuple[str, str]] = {
    "score": ("svcscore.cli.score:score", "Score recordings and transcripts."),
    "watch": ("svcscore.cli.watch:watch", "Score recordings as they arrive in a folder."),
    "db": ("svcscore.cli.db:db", "Take runs into a database, check it, copy it."),
    "rescore": ("svcscore.cli.rescore:rescore", "Judge history anew, without audio."),
    "reviews": ("svcscore.cli.reviews:reviews", "Record what people decide; scores follow."),
    "review": ("svcscore.cli.review:review", "Serve the review desk, look after its accounts."),
    "audit-log": ("svcscore.cli.audit_log:audit_log", "Tell who did what, check the log."),
    "alerts": ("svcscore.cli.alerts:alerts", "Tell of red lines, each once."),
    "track": ("svcscore.cli.track:track", "Follow people and branches over time."),
    "report": ("svcscore.cli.report:report", "Write the month of a branch."),
    "coach": ("svcscore.cli.coach:coach", "Write a coaching page for each teller."),
    "audit": ("svcscore.cli.audit:audit", "Tell the machine's faults from the tellers'."),
    "sample": ("svcscore.cli.sample:sample", "Draw what people should review."),
    "agreement": ("svcscore.cli.agreement:agreement", "Tell how often rules are right."),
    "export": ("svcscore.cli.export:export", "Write what is stored for other tools."),
    "retention": ("svcscore.cli.retention:retention", "Delete what was kept long enough."),
    "models": ("svcscore.cli.models:models", "Find, check, fetch and carry weights."),
    "bundle": ("svcscore.cli.bundle:bundle", "Carry svcscore to a machine without a network."),
    "phrases": (
        "svcscore.cli.phrases:phrases",
        "Try phrases on text, find them in audio, see which are heard.",
    ),
    "diarize": ("svcscore.cli.diarize:diarize", "Look at who speaks when in one recording."),
    "staff": ("svcscore.cli.staff:staff", "Enrol voices of staff, list and forget them."),
    "rules": ("svcscore.cli.rules:rules", "Test, lint, try, compare and tune rules."),
    "courtesy": ("svcscore.cli.courtesy:courtesy", "Classify, train and evaluate courtesy."),
    "doctor": ("svcscore.cli.doctor:doctor", "Check this installation, with remedies."),
}
"""Name → where the command lies, and its line of help (so that help imports none of them)."""


class _LazyGroup(click.Group):
    """Commands by name; imported when called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command = getattr(importlib.import_module(module), name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="svcscore")
def cli() -> None:
    """Hears how customers were served at a bank's counters, and says so with evidence.

    Exit codes: 0 all went well; 1 nothing could be done; 2 the call or a configuration file is
    wrong; 3 some inputs failed and the others are done.
    """


def exit_code(error: SvcscoreError) -> int:
    """The exit code that tells of `error` (see `errors`)."""
    if isinstance(error, UsageError | ConfigError):
        return 2
    return 3 if isinstance(error, InputError) else 1


def main() -> None:
    """Run the command line; an error of ours is one clear line, never a traceback."""
    try:
        cli()
    except SvcscoreError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(exit_code(error))
