"""``svcscore review``: the desk in the browser."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from svcscore.cli.database import db_option
from svcscore.cli.review_account import account
from svcscore.cli.review_demo import demo

if TYPE_CHECKING:
    from svcscore.store.desk.accounts import Account

_NAMED = 20
"""Accounts that are named when the desk opens; more are counted."""
_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.group()
def review() -> None:
    """The review desk: QA staff hear the flagged clips and decide, in the browser."""


review.add_command(account)
review.add_command(demo)


@review.command()
@db_option
@click.option(
    "--recordings",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=Path(),
    help="Folder from which the recordings' paths go; this one where none is named.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="Port."
)
@click.option("--tls-cert", type=_FILE, help="Certificate with its chain (PEM).")
@click.option("--tls-key", type=_FILE, help="Its key (PEM, without a password).")
@click.option("--behind-tls-proxy", is_flag=True, help="A proxy ends TLS; browsers see https.")
@click.option("--insecure", is_flag=True, help="Be open to a network without TLS all the same.")
@click.option(
    "--proxy-header",
    metavar="NAME",
    envvar="SVCSCORE_PROXY_HEADER",
    help="Header in which a proxy names who is logged in, as Remote-User."
    " [env: SVCSCORE_PROXY_HEADER]",
)
@click.option(
    "--trusted-proxy",
    "proxies",
    multiple=True,
    metavar="ADDRESS",
    help="Believe proxies at this address or network (again for more); loopback by default.",
)
@click.option(
    "--appeal-days",
    type=click.IntRange(1, 365),
    default=7,
    show_default=True,
    envvar="SVCSCORE_APPEAL_DAYS",
    help="Days after a judgement in which it may be appealed. [env: SVCSCORE_APPEAL_DAYS]",
)
@click.option(
    "--answer-days",
    type=click.IntRange(1, 365),
    default=5,
    show_default=True,
    envvar="SVCSCORE_ANSWER_DAYS",
    help="Days in which an appeal is to be answered. [env: SVCSCORE_ANSWER_DAYS]",
)
@click.option(
    "--claim-minutes",
    type=click.IntRange(1, 1440),
    default=30,
    show_default=True,
    envvar="SVCSCORE_CLAIM_MINUTES",
    help="Minutes that a case stays with a reviewer who does nothing. [env: SVCSCORE_CLAIM_MINUTES]",
)
@click.option(
    "--webhook",
    envvar="SVCSCORE_WEBHOOK",
    help="Tell decided red lines to this address, signed where SVCSCORE_WEBHOOK_SECRET is set."
    " [env: SVCSCORE_WEBHOOK]",
)
def serve(
    url: str,
    recordings: Path,
    host: str,
    port: int,
    tls_cert: Path | None,
    tls_key: Path | None,
    behind_tls_proxy: bool,
    insecure: bool,
    proxy_header: str | None,
    proxies: tuple[str, ...],
    appeal_days: int,
    answer_days: int,
    claim_minutes: int,
    webhook: str | None,
) -> None:
    """Serve the desk until it is interrupted; see docs/how-to/review-desk.md.

    Listens at this machine only, unless there is TLS (--tls-cert and --tls-key, or
    --behind-tls-proxy) or --insecure says that none is needed.
    """
    from svcscore.review import serving
    from svcscore.review.app import create_app
    from svcscore.review.settings import Settings
    from svcscore.store.database import Database

    if (tls_cert is None) is not (tls_key is None):
        raise click.UsageError("give both --tls-cert and --tls-key")
    tls = serving.Tls(certificate=tls_cert, key=tls_key) if tls_cert and tls_key else None
    secure = tls is not None or behind_tls_proxy
    serving.check_exposure(host, protected=secure or insecure)
    serving.check_proxies(proxy_header, proxies)
    serving.check_webhook(webhook)
    if tls is not None:
        serving.check_tls(tls)
    if not proxies and (behind_tls_proxy or proxy_header is not None):
        proxies = serving.LOOPBACK
    settings = Settings(
        recordings=recordings.absolute(),
        secure=secure,
        appeal_days=appeal_days,
        answer_days=answer_days,
        claim_minutes=claim_minutes,
        proxy_header=proxy_header,
        proxies=proxies,
        webhook=webhook,
        # never an option: other users of the machine read those
        webhook_secret=os.environ.get("SVCSCORE_WEBHOOK_SECRET") or None,
    )
    with Database(url) as database:
        people = serving.accounts(database)
        with serving.listen(host, port) as listening:
            click.echo(serving.address(host, listening, tls))
            click.echo(_people(people))
            serving.serve(create_app(database, settings), listening, tls)
    click.echo("the desk is closed")


def _people(people: tuple[Account, ...]) -> str:
    named = ", ".join(f"{one.name} ({one.role})" for one in people[:_NAMED])
    more = f" and {len(people) - _NAMED} more" if len(people) > _NAMED else ""
    return f"who can log in: {named}{more}"
