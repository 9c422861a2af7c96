"""The pages, one file an area."""

from svcscore.review.pages import (
    accounts,
    appeals,
    appeals_api,
    case,
    front,
    log,
    mine,
    privacy,
    queue,
    queue_api,
    sound,
    tokens,
)

ROUTERS = (
    front.router,
    accounts.router,
    appeals.router,
    appeals_api.router,
    case.router,
    log.router,
    mine.router,
    privacy.router,
    queue.router,
    queue_api.router,
    sound.router,
    tokens.router,
)
"""In the order in which paths are tried."""
