"""What is heard and drawn of a case."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

from svcscore.audio.clip import MIME_TYPE
from svcscore.audio.streamed import Streamed
from svcscore.desk.accounts import Present
from svcscore.desk.opening import open_case
from svcscore.desk.sounding import AROUND, Peaks, hearing, sounds_of, tell_export
from svcscore.desk.viewer import May
from svcscore.errors import InputError, UsageError
from svcscore.review.desk import desk_of
from svcscore.review.guard import needs

router = APIRouter()
Seconds = Annotated[float | None, Query(ge=0, le=1e6, allow_inf_nan=False)]
_MOST = 384_000
"""Bytes of an answer to a player that asks for all that follows: a minute; it asks again."""
_STATUS = {
    "desk.no_recording": 404,
    "desk.other_recording": 409,
    "desk.expired": 410,
    "desk.stretch": 416,
    "audio.unreadable": 422,
}
_GONE: dict[int | str, dict[str, Any]] = {
    410: {"description": "The words were deleted when their time was over"},
    416: {"description": "Nothing lies there"},
}


@router.get(
    "/api/v1/cases/{interaction_id}/clip",
    response_class=Response,
    responses={
        200: {"content": {MIME_TYPE: {}}, "description": "All of it"},
        206: {"content": {MIME_TYPE: {}}, "description": "The bytes that were asked for"},
        **_GONE,
    },
)
def clip(
    request: Request,
    interaction_id: str,
    who: Annotated[Present, needs(May.HEAR)],
    start: Seconds = None,
    end: Seconds = None,
    download: bool = False,
    mute_customer: bool = False,
) -> Response:
    """A stretch of a case as MP3, in seconds of the recording; the whole case where none is named.

    Personal speech is silenced. Every hearing is logged. With `download` it is a file to be kept,
    of nothing but the case, which needs the right to export.
    """
    if download and not who.viewer.may(May.EXPORT):
        raise HTTPException(403)
    desk = desk_of(request)
    sounds = sounds_of(desk.database.shown, desk.settings.recordings)
    try:
        with desk.database.reading() as connection:
            meant = hearing(
                connection,
                who.viewer,
                open_case(connection, who.viewer, interaction_id),
                start=start,
                end=end,
                around=0.0 if download else AROUND,
                mute_customer=mute_customer,
            )
        sound = sounds.clip(meant)
        asked = None if download else _asked(request.headers.get("range"), sound.size)
        begin, stop = asked or (0, sound.size)
        # the first block before the answer begins: what cannot be read is still told as such
        parts = sound.part(begin, stop)
        parts = chain([next(parts)], parts)
    except (InputError, UsageError) as fault:
        return _refused(fault)
    if download:
        with desk.database.writing() as connection:
            tell_export(connection, who.viewer, meant)
    else:
        sounds.tell(desk.database, who.viewer, meant)
    return _answer(
        parts,
        sound,
        begin,
        stop,
        partial=asked is not None,
        name=interaction_id if download else None,
    )


@router.get("/api/v1/cases/{interaction_id}/peaks", response_model=Peaks, responses=_GONE)
def peaks(
    request: Request,
    interaction_id: str,
    who: Annotated[Present, needs(May.HEAR)],
    start: Seconds = None,
    end: Seconds = None,
    bins: Annotated[int, Query(ge=1, le=8000)] = 1200,
) -> Peaks | Response:
    """The waveform of a stretch of a case, as it is played; what is silenced is flat."""
    desk = desk_of(request)
    try:
        with desk.database.reading() as connection:
            stored = open_case(connection, who.viewer, interaction_id)
            meant = hearing(connection, who.viewer, stored, start=start, end=end)
            around = stored.kept.interaction.span.padded(AROUND)
            whole = hearing(connection, who.viewer, stored, start=around.start, end=around.end)
        sounds = sounds_of(desk.database.shown, desk.settings.recordings)
        return sounds.peaks(meant, whole, bins)
    except (InputError, UsageError) as fault:
        return _refused(fault)


def _asked(header: str | None, size: int) -> tuple[int, int] | None:
    """The bytes that a ``Range`` asks for (RFC 9110, 14.2); None where it asks for no one part.

    Raises:
        HTTPException: 416 where there are none.
    """
    unit, _, spec = (header or "").partition("=")
    first, dash, last = spec.strip().partition("-")
    plain = all(part == "" or (part.isascii() and part.isdecimal()) for part in (first, last))
    if unit.strip() != "bytes" or not dash or not plain or not (first or last) or len(spec) > 40:
        return None
    begin, stop = int(first or 0), size
    if not first:
        begin = max(0, size - int(last))
    elif last:
        stop = min(size, int(last) + 1)
        if int(last) < begin:
            return None
    else:
        stop = min(size, begin + _MOST)
    if begin >= stop:
        raise HTTPException(416, headers={"Content-Range": f"bytes */{size}"})
    return begin, stop


def _answer(
    parts: Iterator[bytes],
    sound: Streamed,
    begin: int,
    stop: int,
    *,
    partial: bool,
    name: str | None,
) -> Response:
    headers = {"Accept-Ranges": "bytes", "Content-Length": str(stop - begin)}
    if partial:
        headers["Content-Range"] = f"bytes {begin}-{stop - 1}/{sound.size}"
    if name is not None:
        start, end = round(sound.span.start), round(sound.span.end)
        headers["Content-Disposition"] = f'attachment; filename="{name}_{start}-{end}.mp3"'
    status = 206 if partial else 200
    return StreamingResponse(parts, status, media_type=MIME_TYPE, headers=headers)


def _refused(fault: InputError | UsageError) -> Response:
    told = {"error": fault.code, "message": fault.message, "remedy": fault.remedy}
    return JSONResponse(told, _STATUS.get(fault.code, 400))
