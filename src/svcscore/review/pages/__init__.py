"""The pages, one file an area."""

from svcscore.review.pages import (
    accounts,
    case,
    front,
    log,
    privacy,
    queue,
    queue_api,
    sound,
    tokens,
)

ROUTERS = (
    front.router,
    accounts.router,
    case.router,
    log.router,
    privacy.router,
    queue.router,
    queue_api.router,
    sound.router,
    tokens.router,
)
"""In the order in which paths are tried."""
