"""What programs ask of the desk itself: the description of its API."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from svcscore.desk.accounts import Present
from svcscore.review.guard import needs
from svcscore.review.openapi import describe

router = APIRouter()


@router.get("/api/v1/openapi.json", response_model=dict[str, object])
def document(request: Request, who: Annotated[Present, needs()]) -> Response:
    """Describe all operations, as OpenAPI 3.1."""
    state = request.app.state
    if not hasattr(state, "document"):
        state.document = describe(request.app)
    return JSONResponse(state.document)
