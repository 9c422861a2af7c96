"""Audio files of any format to samples at 16 kHz.

PyAV bundles FFmpeg, so nothing has to be installed beside svcscore. The stream is decoded frame by
frame and never held twice (see `collect`): an hour of one channel is 230 MB.

Only audio and video containers are admitted: left to itself, FFmpeg also opens playlists (which
name other files or addresses) and subtitles.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer

from svcscore.audio.collect import Collector
from svcscore.audio.files import (
    WavLength,
    declares_length,
    head,
    looks_like_media,
    shown,
    wav_length,
)
from svcscore.audio.samples import RATE, Samples
from svcscore.errors import InputError
from svcscore.records import Context, Quality, Recording, Remark, Role

_FORMATS = (
    "wav,w64,mp3,aac,ac3,mov,mp4,m4a,3gp,3g2,mj2,flac,ogg,matroska,webm,amr,amrnb,amrwb,asf,aiff,"
    "au,caf,avi,flv,mpeg,gsm,wv,ape,tta"
)
_OPTIONS = {"format_whitelist": _FORMATS, "protocol_whitelist": "file"}

_SAME = 0.9995
"""Correlation of two channels above which they hold one sound, in every block of ten seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """A recording with its samples.

    `samples` is ``[channels, n]`` at 16 kHz with one or two channels, which may be fewer than
    `recording.channels`, those of the file. `recording.context.channels` is either empty or has one
    role for each of them.
    """

    samples: Samples
    recording: Recording

    @property
    def remarks(self) -> tuple[Remark, ...]:
        """What decoding found to limit what can be concluded."""
        return self.recording.remarks


def decode(path: Path, *, sha256: str, context: Context | None = None) -> Sound:
    """Decode the first audio stream of `path`.

    One or two channels are kept; more are averaged into one. Two channels that hold the same sound
    become one (the louder), even under a channel map, which then says nothing and is set aside with
    a remark: kept, each utterance would be counted once as the teller's and once as the customer's.
    What the stream leaves out is filled with silence, so that times stay those of the recording.

    Args:
        path: a media file.
        sha256: hex digest of its content.
        context: what the bank says about it.

    Raises:
        InputError: ``input.missing``, ``input.unreadable``, ``input.empty``, ``input.unsupported``,
            ``audio.not_audio``, ``audio.no_stream``, ``audio.unreadable``, or ``audio.empty``.
    """
    first = head(path)
    length = wav_length(path)
    stream = _read(path, first, length)
    samples, context, remarks = _settle_channels(stream, context or Context())
    seconds = samples.shape[1] / RATE
    remarks = (*remarks, *_length_remarks(stream, length, first, seconds))
    recording = Recording(
        id=sha256[:16],
        path=shown(path),
        sha256=sha256,
        duration=seconds,
        sample_rate=stream.rate,
        channels=stream.channels,
        context=context,
        quality=Quality(bad_packets=stream.bad_packets),
        remarks=remarks,
    )
    return Sound(samples=samples, recording=recording)


_RATES = (1_000, 768_000)
"""Hz that a recording may have; another rate is a damaged header, and resampling it eats memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stream:
    """What came out of the file: `declared` in seconds where a header says it."""

    samples: Samples
    rate: int
    channels: int
    bad_packets: int
    declared: float | None


def open_media(path: Path, *, ignore_length: bool = False, index_bytes: int = 0) -> InputContainer:
    """Open a media file, and nothing else that FFmpeg can read.

    Args:
        path: of the file.
        ignore_length: whether a WAV's header is not believed.
        index_bytes: room for places that were met, where the format has no table of them.

    Raises:
        av.error.FFmpegError, OSError, ValueError: where it is none, or cannot be read.
    """
    options = _OPTIONS | ({"ignore_length": "1"} if ignore_length else {})
    options |= {"indexmem": str(index_bytes)} if index_bytes else {}
    # "file:" keeps a name with a colon from being read as a protocol
    return av.open(f"file:{path.absolute()}", "r", options=options, metadata_errors="ignore")


def _read(path: Path, first: bytes, length: WavLength | None) -> _Stream:
    longer = length is not None and length.held > length.declared
    try:
        container = open_media(path, ignore_length=longer)
    except (av.error.FFmpegError, OSError, ValueError) as fault:
        raise _not_opened(path, first, fault) from fault
    with container:
        if not container.streams.audio:
            raise InputError(
                "audio.no_stream",
                "the media file has no audio stream",
                "export the recording with its sound",
                shown(path),
            )
        audio = container.streams.audio[0]
        # a stream of a codec that is not known has none
        rate = audio.codec_context.sample_rate if audio.codec_context else 0
        if rate and not _RATES[0] <= rate <= _RATES[1]:
            raise InputError(
                "audio.unreadable",
                f"its header says {rate} Hz, which no recorder writes",
                "the header is damaged: export the recording again",
                shown(path),
            )
        collector = Collector()
        for frame in _frames(container, audio, collector):
            collector.add(frame)
        declared = None
        if audio.duration is not None and audio.time_base is not None:
            declared = float(audio.duration * audio.time_base)
        samples = collector.finish()
    if not samples.shape[1]:
        raise _nothing_decoded(path, collector.bad_packets)
    return _Stream(
        samples=samples,
        rate=collector.file_rate,
        channels=collector.file_channels,
        bad_packets=collector.bad_packets,
        declared=declared,
    )


def _frames(
    container: InputContainer, audio: AudioStream, collector: Collector
) -> Iterator[AudioFrame]:
    """Every frame that can be decoded; what cannot is counted, and the stream goes on."""
    packets = container.demux(audio)
    while True:
        try:
            packet = next(packets)
        except StopIteration:
            return
        except (av.error.FFmpegError, OSError):
            collector.bad_packets += 1
            return
        try:
            yield from packet.decode()
        except av.error.EOFError:
            return
        except (av.error.FFmpegError, OSError):
            collector.bad_packets += 1


def _not_opened(path: Path, first: bytes, fault: Exception) -> InputError:
    if looks_like_media(first):
        return InputError(
            "audio.unreadable",
            f"the file begins like a media file but cannot be opened ({_reason(fault)})",
            "it is cut off or damaged: copy it again, or repair it with `ffmpeg -i`",
            shown(path),
        )
    return InputError(
        "audio.not_audio",
        "the content is not audio or video, whatever the name says",
        "give the recording itself; transcripts are .json, .srt, .vtt or .TextGrid",
        shown(path),
    )


def _reason(fault: Exception) -> str:
    """What FFmpeg says, without the path, which is reported beside it."""
    return getattr(fault, "strerror", None) or type(fault).__name__


def _nothing_decoded(path: Path, bad_packets: int) -> InputError:
    if bad_packets:
        return InputError(
            "audio.unreadable",
            f"none of the audio stream can be decoded ({bad_packets} bad packets)",
            "it is encrypted or damaged: export it as WAV, MP3 or M4A",
            shown(path),
        )
    return InputError(
        "audio.empty",
        "the audio stream holds no samples",
        "the recorder stopped at once; copy it again if it should hold sound",
        shown(path),
    )


def _settle_channels(
    stream: _Stream, context: Context
) -> tuple[Samples, Context, tuple[Remark, ...]]:
    samples = stream.samples
    remarks: list[Remark] = []
    if stream.channels > 2:
        remarks.append(
            Remark(
                code="audio.many_channels",
                message=f"{stream.channels} channels are mixed to one",
                remedy="export one channel for each microphone that matters, at most two",
            )
        )
    reason = f"the file has {stream.channels} channel(s)"
    if samples.shape[0] == 2 and _same(samples):
        louder = int(np.dot(samples[0], samples[0]) < np.dot(samples[1], samples[1]))
        samples = samples[louder : louder + 1].copy()
        reason = "both channels hold the same sound"
    roles = context.channels
    if len(roles) == 1 and samples.shape[0] == 2:
        roles = (roles[0], Role.UNKNOWN)
    if roles and len(roles) != samples.shape[0]:
        remarks.append(
            Remark(
                code="audio.channel_map",
                message=f"the channel map names {len(roles)} channels, but {reason}; "
                "roles are told from what is said",
                remedy="take the channels out of the sidecar, or record one speaker a channel",
            )
        )
        roles = ()
    return samples, replace(context, channels=roles), tuple(remarks)


def _same(samples: Samples) -> bool:
    """Whether both channels hold one sound at any two levels, also with the sign turned."""
    block = 10 * RATE
    sounding = False
    for at in range(0, samples.shape[1], block):
        left, right = samples[:, at : at + block].astype(np.float64)
        energy = np.dot(left, left), np.dot(right, right)
        floor = 1e-8 * left.size  # -80 dB of full scale
        if max(energy) < floor:
            continue
        if min(energy) < floor or np.dot(left, right) ** 2 < _SAME**2 * energy[0] * energy[1]:
            return False
        sounding = True
    return sounding or not samples.any()


def _length_remarks(
    stream: _Stream, wav: WavLength | None, first: bytes, seconds: float
) -> tuple[Remark, ...]:
    remarks: list[Remark] = []
    lost = 0.0
    if wav is not None and abs(wav.declared - wav.held) > 0.05:
        remarks.append(
            Remark(
                code="audio.length_mismatch",
                message=f"the header announces {wav.declared:.2f} s, the file holds "
                f"{wav.held:.2f} s; all that it holds is used",
                remedy="check that the recording was copied whole and the recorder stopped cleanly",
            )
        )
    elif wav is None and stream.declared is not None and declares_length(first):
        lost = max(0.0, stream.declared - seconds)
        lost = lost if lost > 0.5 + 0.01 * stream.declared else 0.0
    if stream.bad_packets or lost:
        parts = [f"{stream.bad_packets} packets cannot be decoded"] if stream.bad_packets else []
        parts += [f"{lost:.1f} s of {stream.declared:.1f} s are missing"] if lost else []
        remarks.append(
            Remark(
                code="audio.damaged",
                message=f"{' and '.join(parts)}; the rest is judged",
                remedy="copy the recording again from the recorder",
            )
        )
    return tuple(remarks)
