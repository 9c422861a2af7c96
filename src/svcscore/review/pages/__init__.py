"""The pages, one file an area."""

from svcscore.review.pages import front, privacy, sound

ROUTERS = (front.router, privacy.router, sound.router)
"""In the order in which paths are tried."""
