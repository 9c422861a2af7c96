"""Take the pictures of the review desk that docs/ shows, in Debian's Chromium, on the demo.

Usage: python tools/make_screens.py [--out docs/images]
"""

import contextlib
import shutil
import tempfile
from datetime import date
from pathlib import Path

import click
from playwright.sync_api import Browser, Page, sync_playwright

from svcscore.desk import demo
from svcscore.review.settings import Settings
from svcscore.store.database import Database
from svcscore.testing.desks import serving

ROOT = Path(__file__).resolve().parents[1]


@click.command()
@click.option("--out", type=click.Path(path_type=Path), default=ROOT / "docs" / "images")
def main(out: Path) -> None:
    """Write desk-queue.png, desk-case.png, desk-mine.png, desk-appeals.png and desk-case-en.png."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        database = stack.enter_context(Database(str(folder / "demo.sqlite"), create=True))
        demo.fill(database, ROOT / "samples", date.today())
        password = demo.renew(database)
        desk = stack.enter_context(serving(database, Settings(recordings=ROOT, demo=True)))
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        _take(browser, desk.url, password, out)


def _take(browser: Browser, url: str, password: str, out: Path) -> None:
    page = _entered(browser, url, "reviewer", password)
    page.goto("/queue")
    _shot(page, out / "desk-queue.png")
    page.locator("tbody a[href^='/cases/']").first.click()
    page.wait_for_selector("#correct:not([hidden])")
    page.wait_for_timeout(1500)
    _shot(page, out / "desk-case.png")
    page.get_by_role("button", name="English").click()
    page.wait_for_selector("html[lang=en] #correct:not([hidden])")
    page.wait_for_timeout(1500)
    _shot(page, out / "desk-case-en.png")
    _shot(_at(_entered(browser, url, "teller1", password), "/mine"), out / "desk-mine.png")
    _shot(_at(_entered(browser, url, "lead", password), "/appeals"), out / "desk-appeals.png")


def _at(page: Page, path: str) -> Page:
    page.goto(path)
    return page


def _entered(browser: Browser, url: str, name: str, password: str) -> Page:
    context = browser.new_context(
        base_url=url, locale="zh-CN", viewport={"width": 1366, "height": 768}
    )
    page = context.new_page()
    page.goto("/login")
    page.fill("[name=name]", name)
    page.fill("[name=password]", password)
    page.click("main button")
    page.wait_for_url(lambda where: "/login" not in where)
    return page


def _shot(page: Page, path: Path) -> None:
    page.wait_for_load_state("networkidle")
    page.screenshot(path=path)
    click.echo(str(path))


if __name__ == "__main__":
    main()
