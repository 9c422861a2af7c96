"""What a file's first bytes tell before any decoder sees it.

FFmpeg does not tell "this is no media file" from "this media file is broken", and it believes what
a WAV header says of its own length. Both are answered here from the bytes.
"""

from __future__ import annotations

import os
import stat
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from svcscore.errors import InputError

_HEAD_BYTES = 64 * 1024
_UNKNOWN_LENGTH = 0xFFFFFFFF  # what a writer puts that cannot seek back (a pipe); not a lie
_STARTS = (
    b"RIFF", b"RIFX", b"RF64", b"BW64", b"riff", b"FORM", b".snd", b"caff", b"fLaC", b"OggS",
    b"ID3", b"#!AMR", b"\x1aE\xdf\xa3", b"0&\xb2u\x8ef\xcf\x11", b"MAC ", b"wvpk", b"TTA", b"FLV",
    b"\x0bw", b"\x00\x00\x01\xba",
)  # fmt: skip
_MP4_BOXES = (b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide")


@dataclass(frozen=True, slots=True)
class WavLength:
    """What a WAV header says about its length (`declared`) and what the file holds; in seconds."""

    declared: float
    held: float


def shown(path: Path | str) -> str:
    """`path` as it may be written into any UTF-8 file (bytes that are no UTF-8 are escaped)."""
    return str(path).encode("utf-8", "backslashreplace").decode("utf-8")


def unreadable(path: Path, fault: OSError) -> InputError:
    """The error that tells why `path` could not be opened or read.

    Returns:
        ``input.missing`` where it is not there, ``input.loop`` where a link points to itself, else
        ``input.unreadable``.
    """
    if isinstance(fault, FileNotFoundError | NotADirectoryError):
        return InputError("input.missing", "the file does not exist", "check the path", shown(path))
    reason = fault.strerror or str(fault)
    if fault.errno == 40:  # ELOOP
        return InputError(
            "input.loop", f"a symbolic link leads to itself ({reason})", "mend the link",
            shown(path),
        )  # fmt: skip
    return InputError(
        "input.unreadable",
        f"the file cannot be read ({reason})",
        "give the user who runs svcscore the right to read it, or check the disk",
        shown(path),
    )


def head(path: Path) -> bytes:
    """The first 64 KiB of a regular file.

    Raises:
        InputError: ``input.missing``, ``input.unreadable``, ``input.empty`` (no bytes), or
            ``input.unsupported`` (a folder, pipe or device).
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise InputError(
                "input.unsupported", "not a regular file", "give a file or a folder", shown(path)
            )
        with path.open("rb") as file:
            first = file.read(_HEAD_BYTES)
    except OSError as fault:
        raise unreadable(path, fault) from fault
    if not first:
        raise InputError(
            "input.empty",
            "the file has no bytes",
            "copy it again from the recorder",
            shown(path),
        )
    return first


def looks_like_media(first: bytes) -> bool:
    """Whether a file that begins with `first` claims to be a media file that svcscore knows."""
    mpeg_sync = len(first) > 1 and first[0] == 0xFF and first[1] & 0xE0 == 0xE0
    return first.startswith(_STARTS) or first[4:8] in _MP4_BOXES or mpeg_sync


def declares_length(first: bytes) -> bool:
    """Whether the format writes its length into a header, so that less means something was lost.

    Only then is FFmpeg's duration the writer's; elsewhere it is guessed from the bit rate.
    """
    if first.startswith((b"fLaC", b"FORM", b"caff")) or first[4:8] in _MP4_BOXES:
        return True
    # an MP3 tells it only in a Xing, Info or VBRI frame
    return any(mark in first for mark in (b"Xing", b"Info\x00", b"VBRI"))


def wav_length(path: Path) -> WavLength | None:
    """Hold a WAV's header against its bytes; None for other formats and unknown lengths.

    A header that says less than the file holds is told from a true one by what follows the data:
    there must be nothing, or well-formed chunks.
    """
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            start = file.read(12)
            if start[:4] != b"RIFF" or start[8:12] != b"WAVE":
                return None
            byte_rate = 0
            while len(header := file.read(8)) == 8:
                name, length = header[:4], struct.unpack("<I", header[4:])[0]
                if name == b"fmt ":
                    body = file.read(length)
                    byte_rate = struct.unpack("<I", body[8:12])[0] if len(body) >= 12 else 0
                    file.seek(length % 2, os.SEEK_CUR)
                elif name == b"data":
                    return _held_against(file, length, size, byte_rate)
                else:
                    file.seek(length + length % 2, os.SEEK_CUR)
    except OSError as fault:
        raise unreadable(path, fault) from fault
    return None


def _held_against(file: BinaryIO, length: int, size: int, byte_rate: int) -> WavLength | None:
    begin = file.tell()
    if not byte_rate or length == _UNKNOWN_LENGTH:
        return None
    held = min(length, size - begin)
    if begin + length < size and not _chunks_follow(file, begin + length + length % 2, size):
        held = size - begin
    return WavLength(declared=length / byte_rate, held=held / byte_rate)


def _chunks_follow(file: BinaryIO, at: int, size: int) -> bool:
    while size - at >= 8:
        file.seek(at)
        name, length = struct.unpack("<4sI", file.read(8))
        if not all(32 <= byte < 127 for byte in name) or at + 8 + length > size:
            return False
        at += 8 + length + length % 2
    return True
