"""The pages, one file an area."""

from svcscore.review.pages import front

ROUTERS = (front.router,)
"""In the order in which paths are tried."""
