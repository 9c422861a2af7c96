"""`svcscore review` and `svcscore audit-log` as they are typed."""

from __future__ import annotations

import contextlib
import signal
import socket
import ssl
import subprocess
import sys
import urllib.request

import pytest
from click.testing import CliRunner

from svcscore.cli.main import cli
from svcscore.cli.review_account import ROLES
from svcscore.desk.viewer import Office
from svcscore.errors import SvcscoreError
from svcscore.store.database import Database
from svcscore.testing.tampering import open_log

PASSWORD = "Ting1234Qing"


@pytest.fixture
def url(tmp_path):
    path = tmp_path / "desk.sqlite"
    with Database(str(path), create=True):
        pass
    return str(path)


def run(*arguments, said=None, rc=0):
    result = CliRunner().invoke(cli, arguments, input=said)
    if isinstance(result.exception, SvcscoreError):
        assert rc == result.exception.code, result.exception
    else:
        assert result.exit_code == rc, result.output
    return result


def account(url, *arguments, **more):
    return run("review", "account", *arguments, "--db", url, **more)


def make(url, name="root1", role="administrator", *more, rc=0):
    return account(
        url, "add", name, "--role", role, "--password-stdin", *more, said=f"{PASSWORD}\n", rc=rc
    )


def test_roles_of_the_command_are_those_of_the_desk():
    assert set(ROLES) == {office.value for office in Office}


def test_accounts_are_made_told_changed_and_unlocked(url):
    make(url)
    make(url, "teller", "teller", "--staff", "T1001", "--branch", "B01", "--shown", "王芳")
    make(url, "teller", "teller", "--staff", "T1001", rc="desk.account")
    made = account(url, "add", "sso", "--role", "reviewer", "--proxy-only").output
    assert made == "sso: reviewer\n"
    listed = account(url, "list").output
    assert "by proxy only" in listed
    assert "王芳" in listed
    assert PASSWORD not in listed
    assert "$argon2" not in listed
    assert account(url, "change", "teller", "--locked").output == "teller: teller, switched off\n"
    account(url, "change", "teller", "--active", "--role", "reviewer", "--branch", "")
    account(url, "change", "root1", "--locked", rc="desk.account")
    reset = account(url, "change", "teller", "--password-stdin", said="Another-one-7\n")
    assert reset.output == "teller: reviewer, must change its password\n"
    assert "must change its password" in account(url, "list").output
    assert account(url, "unlock", "teller").exit_code == 0
    account(url, "unlock", "nobody", rc="desk.account")


def test_a_password_is_asked_for_twice_and_not_shown(url):
    asked = account(
        url, "add", "root1", "--role", "administrator", said=f"{PASSWORD}\n{PASSWORD}\n"
    )
    assert PASSWORD not in asked.output
    account(url, "add", "x.y", "--role", "auditor", said=f"{PASSWORD}\nother\n", rc=1)
    account(url, "add", "x.y", "--role", "auditor", said="short\nshort\n", rc="desk.account")
    account(url, "add", "x.y", "--role", "auditor", "--password-stdin", "--proxy-only", rc=2)


def test_a_token_is_printed_alone_so_that_it_can_be_piped(url):
    make(url, "li.si", "reviewer")
    made = account(url, "token", "li.si", "--title", "夜间", "--scope", "queue", "--scope", "cases")
    assert made.stdout.startswith("svct_")
    assert made.stdout.count("\n") == 1
    assert made.stdout.strip() not in account(url, "tokens", "li.si").output
    assert "counts" in account(url, "tokens", "li.si").output
    account(url, "revoke", "li.si", "1")
    assert "revoked" in account(url, "tokens", "li.si").output
    account(url, "revoke", "li.si", "7", rc="desk.account")
    account(url, "token", "li.si", "--title", "t", "--scope", "assign", rc="desk.account")
    assert "no scope" in account(url, "token", "li.si", "--title", "t", "--scope", "x", rc=2).output


def test_the_desk_does_not_open_for_nobody(url):
    told = run("review", "serve", "--db", url, "--port", "0", rc="desk.nobody").exception
    assert "svcscore review account add" in told.remedy


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "desk.bank.example"])
def test_the_desk_is_not_open_to_a_network_without_tls(url, host):
    make(url)
    run("review", "serve", "--db", url, "--host", host, rc="desk.exposed")


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--tls-cert", __file__), 2),
        (("--tls-cert", __file__, "--tls-key", __file__), "desk.tls"),
        (("--proxy-header", "Bad Header"), "desk.proxy"),
        (("--proxy-header", "Cookie"), "desk.proxy"),
        (("--proxy-header", "Remote-User", "--trusted-proxy", "desk"), "desk.proxy"),
        (("--appeal-days", "0"), 2),
        (("--port", "70000"), 2),
    ],
)
def test_what_cannot_be_served_is_told_before(url, options, code):
    make(url)
    run("review", "serve", "--db", url, *options, rc=code)


def test_a_port_that_is_taken_is_told(url):
    make(url)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        run("review", "serve", "--db", url, "--port", port, rc="desk.address")


@contextlib.contextmanager
def served(url, *options):
    """The command itself, as its own process, and the address that it prints."""
    command = [sys.executable, "-m", "svcscore", "review", "serve", "--db", url, "--port", "0"]
    with subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True) as process:
        try:
            where = process.stdout.readline().strip()
            assert "root1 (administrator)" in process.stdout.readline()
            yield process, where
        finally:
            process.kill()


def test_it_says_where_it_is_and_ends_when_it_is_interrupted(url):
    make(url)
    with served(url) as (process, where):
        assert where.startswith("http://127.0.0.1:")
        with urllib.request.urlopen(f"{where}/healthz") as answer:
            assert answer.status == 200
        process.send_signal(signal.SIGINT)
        assert process.wait(15) == 0
        assert process.stdout.read() == "the desk is closed\n"


def test_with_a_certificate_it_is_open_to_a_network(url, tmp_path):
    make(url)
    certificate, key = tmp_path / "c.pem", tmp_path / "k.pem"
    made = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
    made += " -addext subjectAltName=DNS:localhost"
    files = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*made.split(), *files], check=True, capture_output=True)
    options = ("--host", "0.0.0.0", "--tls-cert", str(certificate), "--tls-key", str(key))
    with served(url, *options) as (_, where):
        port = where.rpartition(":")[2]
        known = ssl.create_default_context(cafile=certificate)
        with urllib.request.urlopen(f"https://localhost:{port}/login", context=known) as answer:
            assert "max-age" in answer.headers["Strict-Transport-Security"]


def test_the_log_is_followed_and_what_was_done_to_it_is_found(url):
    for name in ("root1", "root2", "root3"):
        make(url, name)
    told = run("audit-log", "verify", "--db", url).output
    assert told.startswith("3 rows, unbroken\nhead ")
    head = told.split()[-1]
    assert run("audit-log", "verify", "--db", url, "--head", head).exit_code == 0
    make(url, "root4")
    assert run("audit-log", "verify", "--db", url, "--head", head).exit_code == 0
    shown = run("audit-log", "show", "--db", url, "--action", "account.made", "--limit", "2").output
    assert [line.split("\t")[0] for line in shown.splitlines()] == ["3", "4"]
    assert run("audit-log", "show", "--db", url, "--actor", "nobody").output == ""
    tamper(url, "DELETE FROM audit_log WHERE key >= 3")
    assert run("audit-log", "verify", "--db", url).exit_code == 0, "the end leaves no trace"
    assert "cut off" in run("audit-log", "verify", "--db", url, "--head", head, rc=1).output


@pytest.mark.parametrize(
    ("harm", "row"),
    [
        ("UPDATE audit_log SET actor = 'somebody' WHERE key = 2", 2),
        ("UPDATE audit_log SET detail = '{}' WHERE key = 1", 1),
        ("UPDATE audit_log SET at = '2020-01-01' WHERE key = 3", 3),
        ("DELETE FROM audit_log WHERE key = 2", 3),
        ("DELETE FROM audit_log WHERE key = 1", 2),
        ("UPDATE audit_log SET key = 9 WHERE key = 2", 3),
    ],
)
def test_a_row_that_was_altered_or_removed_is_named(url, harm, row):
    for name in ("root1", "root2", "root3"):
        make(url, name)
    tamper(url, harm)
    told = run("audit-log", "verify", "--db", url, rc=1).output
    assert f"broken at row {row}:" in told


def tamper(url, statement):
    with Database(url) as database, database.writing() as connection:
        open_log(connection)
        connection.exec_driver_sql(statement)
