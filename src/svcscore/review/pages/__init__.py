"""The pages, one file an area."""

from svcscore.review.pages import case, front, privacy, queue, queue_api, sound

ROUTERS = (case.router, front.router, privacy.router, queue.router, queue_api.router, sound.router)
"""In the order in which paths are tried."""
