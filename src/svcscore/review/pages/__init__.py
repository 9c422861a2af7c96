"""The pages, one file an area."""

from svcscore.review.pages import (
    accounts,
    api,
    appeals,
    appeals_api,
    calibrations,
    calibrations_api,
    case,
    correct,
    front,
    log,
    mine,
    privacy,
    queue,
    queue_api,
    sound,
    tokens,
    trends,
    trends_api,
)

ROUTERS = (
    front.router,
    accounts.router,
    api.router,
    appeals.router,
    appeals_api.router,
    calibrations.router,
    calibrations_api.router,
    case.router,
    correct.router,
    log.router,
    mine.router,
    privacy.router,
    queue.router,
    queue_api.router,
    sound.router,
    tokens.router,
    trends.router,
    trends_api.router,
)
"""In the order in which paths are tried."""
