"""The pages, one file an area."""

from svcscore.review.pages import front, privacy, queue, queue_api, sound

ROUTERS = (front.router, privacy.router, queue.router, queue_api.router, sound.router)
"""In the order in which paths are tried."""
