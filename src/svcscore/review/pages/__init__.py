"""The pages, one file an area."""

from svcscore.review.pages import front, sound

ROUTERS = (front.router, sound.router)
"""In the order in which paths are tried."""
