"""Every route of the desk with its guard, and requests to it by anybody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from svcscore.desk import clock
from svcscore.desk.accounts import begin, named
from svcscore.desk.viewer import May
from svcscore.review.guard import COOKIE, GUARDS
from svcscore.review.pages import ROUTERS
from svcscore.testing import desks

SAFE = {"GET", "HEAD", "OPTIONS"}
PEOPLE = {one.name: one.office for one in desks.STAFF}
ONE_OF_EACH = tuple({office: name for name, office in PEOPLE.items()}.values())


@dataclass(frozen=True)
class Route:
    """One method of one path."""

    method: str
    path: str
    guards: tuple[frozenset[May], ...]
    whole_numbers: frozenset[str]
    """Names of the parts of the path that are whole numbers."""

    @property
    def safe(self) -> bool:
        return self.method in SAFE

    def lets(self, rights: frozenset[May]) -> bool:
        (wanted,) = self.guards
        return not wanted or not wanted.isdisjoint(rights)

    def address(self, known: dict[str, str]) -> str:
        """The path with something in each place: what is known, or what may be there."""
        parts = []
        for part in self.path.split("/"):
            if part.startswith("{"):
                name = part.strip("{}").partition(":")[0]
                part = known.get(name, "1" if name in self.whole_numbers else "x1")
            parts.append(part)
        return "/".join(parts)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def routes() -> tuple[Route, ...]:
    """All of them, as the application has them."""
    found = [
        Route(
            method=method,
            path=route.path,
            guards=tuple(_guards(route.dependant)),
            whole_numbers=frozenset(
                field.name for field in route.dependant.path_params if _is_whole(field)
            ),
        )
        for router in ROUTERS
        for route in _each(router.routes)
        for method in sorted(route.methods)
    ]
    return tuple(sorted(found, key=str))


class Desk:
    """The desk with everybody's sessions."""

    def __init__(self, database, app):
        self.database = database
        self.app = app

    def session(self, name: str) -> tuple[str, str]:
        """The cookie and the token of a new session, without the slow password."""
        with self.database.writing() as connection:
            account = named(connection, name)
            entry = begin(connection, account, clock.now())
        return entry.cookie, entry.csrf

    def ask(self, route: Route, *, known=None, cookie=None, headers=None, **more):
        """Send a request; with no more than that, as a script would."""
        client = TestClient(
            self.app, follow_redirects=False, cookies={COOKIE: cookie} if cookie else {}
        )
        if not route.safe and "content" not in more and "json" not in more:
            more["json"] = {}
        return client.request(
            route.method, route.address(known or self.known), headers=headers, **more
        )

    def ask_as(self, name: str, route: Route):
        """The same by somebody who is logged in."""
        cookie, csrf = self.session(name)
        return self.ask(route, cookie=cookie, headers={"x-csrf-token": csrf})

    @cached_property
    def known(self) -> dict[str, str]:
        """Ids of the samples, for the parts of a path; accounts that are not there stay so."""
        from svcscore.store import reader
        from svcscore.store.reader import Scope

        with self.database.reading() as connection:
            one = next(iter(reader.stored(connection, reader.keys(connection, Scope()))))
        return {"interaction_id": one.id, "name": "not.there"}


def _each(routes) -> Iterator[APIRoute]:
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from _each(inner.routes)
        else:
            assert isinstance(route, APIRoute), f"{route} is no route that has a guard"
            yield route


def _guards(dependant) -> Iterator[frozenset[May]]:
    for inner in dependant.dependencies:
        if inner.call in GUARDS:
            yield GUARDS[inner.call]
        yield from _guards(inner)


def _is_whole(field) -> bool:
    return getattr(field.field_info, "annotation", None) is int
