"""What is heard and drawn of a case."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request, Response

from svcscore.desk import sounding
from svcscore.desk.accounts import Present
from svcscore.desk.opening import open_case
from svcscore.desk.sounding import Peaks
from svcscore.desk.viewer import May
from svcscore.review.desk import desk_of
from svcscore.review.guard import needs

router = APIRouter()
Seconds = Annotated[float | None, Query(ge=0, le=1e6, allow_inf_nan=False)]


@router.get("/api/v1/cases/{interaction_id}/clip", response_class=Response)
def clip(
    request: Request,
    interaction_id: str,
    who: Annotated[Present, needs(May.HEAR)],
    start: Seconds = None,
    end: Seconds = None,
) -> Response:
    """A stretch of a case as MP3, seconds of the recording; the whole case where none is named."""
    desk = desk_of(request)
    with desk.database.reading() as connection:
        stored = open_case(connection, who.viewer, interaction_id)
        sound = sounding.clip(connection, desk.settings.recordings, stored, start, end)
    return _part(sound, request.headers.get("range"))


@router.get("/api/v1/cases/{interaction_id}/peaks")
def peaks(
    request: Request,
    interaction_id: str,
    who: Annotated[Present, needs(May.HEAR)],
    start: Seconds = None,
    end: Seconds = None,
    bins: Annotated[int, Query(ge=1, le=8000)] = 1200,
) -> Peaks:
    """The waveform of a stretch of a case."""
    desk = desk_of(request)
    with desk.database.reading() as connection:
        stored = open_case(connection, who.viewer, interaction_id)
        return sounding.peaks(connection, desk.settings.recordings, stored, start, end, bins)


def _part(sound: bytes, asked: str | None) -> Response:
    headers = {"Accept-Ranges": "bytes"}
    if not asked or not asked.startswith("bytes=") or "," in asked:
        return Response(sound, media_type="audio/mpeg", headers=headers)
    first, _, last = asked.removeprefix("bytes=").partition("-")
    if not (first + last).isdecimal():
        return Response(sound, media_type="audio/mpeg", headers=headers)
    begin = int(first) if first else max(0, len(sound) - int(last))
    stop = min(len(sound), int(last) + 1) if first and last else len(sound)
    if begin >= stop:
        raise HTTPException(416, headers={"Content-Range": f"bytes */{len(sound)}"})
    headers["Content-Range"] = f"bytes {begin}-{stop - 1}/{len(sound)}"
    return Response(sound[begin:stop], 206, media_type="audio/mpeg", headers=headers)
