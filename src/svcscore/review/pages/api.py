"""What programs ask of the desk itself: the description of its API, and how it does."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST

from svcscore.desk.accounts import Present
from svcscore.desk.viewer import May
from svcscore.review.guard import needs
from svcscore.review.observing import Meters
from svcscore.review.openapi import describe

router = APIRouter()


@router.get("/api/v1/openapi.json", response_model=dict[str, object])
def document(request: Request, who: Annotated[Present, needs()]) -> Response:
    """Describe all operations, as OpenAPI 3.1."""
    state = request.app.state
    if not hasattr(state, "document"):
        state.document = describe(request.app)
    return JSONResponse(state.document)


@router.get("/metrics", include_in_schema=False)
def metrics(request: Request, who: Annotated[Present, needs(May.LOG)]) -> Response:
    """Numbers for Prometheus: a token with the scope `log` reads them."""
    meters = request.app.state.meters
    assert isinstance(meters, Meters)
    return Response(meters.text(), media_type=CONTENT_TYPE_LATEST)
