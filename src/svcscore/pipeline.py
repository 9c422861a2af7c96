"""One recording through all rooms, from samples to a scorecard; reads like the diagram.

The only module that knows every stage. It holds no judgement of its own: what limits a judgement is
told by the recording's remarks, and each stage decides what follows from its own input.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from svcscore import __version__
from svcscore.asr.base import Transcriber
from svcscore.asr.verify import Listener, Probe
from svcscore.asr.weights import find_asr, named_speaker_encoder
from svcscore.asr.whisper import WhisperTranscriber
from svcscore.audio.clip import encode_clip
from svcscore.audio.decode import decode
from svcscore.audio.files import shown
from svcscore.audio.prosody import measure_prosody
from svcscore.audio.quality import assess
from svcscore.audio.samples import RATE, Samples
from svcscore.audio.speech import speech_spans
from svcscore.courtesy.classifier import CourtesyModel, load_courtesy
from svcscore.dialogue.diarize import VoiceEar
from svcscore.dialogue.embeddings import Embedder
from svcscore.dialogue.interactions import interactions
from svcscore.dialogue.queue_clock import on_the_clock
from svcscore.dialogue.segmentation import Segmenter
from svcscore.dialogue.stored import turns_from_transcript
from svcscore.dialogue.turns import turns_from_audio
from svcscore.heard import Asked, Prosody
from svcscore.intake.discover import Item
from svcscore.intake.transcripts import read_transcript
from svcscore.intake.voices import read_voices
from svcscore.records import (
    Interaction,
    Judged,
    Provenance,
    Recording,
    Remark,
    Scored,
    Transcript,
    Turn,
)
from svcscore.rules.engine import Engine
from svcscore.rules.load import load_lexicon
from svcscore.scoring.limits import limits
from svcscore.scoring.rubric import Rubric, load_rubric
from svcscore.scoring.scorecard import scorecard
from svcscore.settings import ListenMode, Settings
from svcscore.spans import Span
from svcscore.text.normalise import simplify
from svcscore.text.redaction import redacted_spans

UNHEARD = 1.0
"""Seconds of speech without words from which on it is told."""
UNFLAGGED_AUDIO = 1800.0
"""Seconds of audio kept of a recording for interactions that nobody has to look at."""
STATED = (("model", "none"), ("source", "transcript"))
"""What takes the recogniser's place in the provenance of a given transcript."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ears:
    """What hearing needs; a run over transcripts has none."""

    transcriber: Transcriber
    listener: Listener
    voices: VoiceEar


@dataclass(frozen=True, slots=True, kw_only=True)
class Stages:
    """Everything that is loaded once."""

    ears: Ears | None
    engine: Engine
    courtesy: CourtesyModel
    rubric: Rubric
    provenance: Provenance
    listen: ListenMode = "auto"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A recording that was scored, and the sound of its interactions (MP3) by interaction id."""

    scored: Scored
    clips: tuple[tuple[str, bytes], ...] = ()


def load_stages(settings: Settings, *, hearing: bool) -> Stages:
    """Load models, rules and rubric.

    Args:
        settings: the run's.
        hearing: whether there is audio among the inputs; without, no weights are needed.

    Raises:
        WeightsError: where weights are missing or corrupt.
        ConfigError: where packs or rubric have faults.
    """
    lexicon = load_lexicon(settings.lexicon)
    courtesy = load_courtesy()
    rubric = load_rubric(settings.profile, frozenset(lexicon.taxonomy.codes))
    ears = load_ears(settings) if hearing else None
    return Stages(
        ears=ears,
        engine=Engine(lexicon),
        courtesy=courtesy,
        rubric=rubric,
        listen=settings.listen,
        provenance=Provenance(
            version=__version__,
            asr=ears.transcriber.identity if ears else STATED,
            lexicon_sha256=lexicon.sha256,
            rubric_sha256=rubric.sha256,
            courtesy_sha256=courtesy.sha256,
        ),
    )


def load_ears(settings: Settings) -> Ears:
    """Load the recogniser and what tells voices apart.

    Raises:
        WeightsError: where weights are missing or corrupt.
    """
    transcriber = WhisperTranscriber(find_asr(settings.model), threads=settings.threads)
    return Ears(
        transcriber=transcriber,
        listener=transcriber.listener(),
        voices=load_voices(settings.threads, settings.voices),
    )


def load_voices(threads: int, enrolled: Path | None = None) -> VoiceEar:
    """What tells voices apart, on so many cores, and knows those that are in the file `enrolled`.

    Raises:
        WeightsError: where weights are missing or corrupt.
        ConfigError: of the file.
    """
    embedder = Embedder(named_speaker_encoder(), threads=threads)
    known = () if enrolled is None else read_voices(enrolled, embedder.sha256)
    return VoiceEar(embedder=embedder, segmenter=Segmenter(threads=threads), enrolled=known)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A recording with who said what in it, before anything is judged."""

    recording: Recording
    samples: Samples
    """``[channels, n]`` at 16 kHz."""
    speech: float
    """Seconds, of all channels together."""
    turns: tuple[Turn, ...]
    unheard: tuple[Span, ...]

    def interactions(self, seed: str) -> tuple[Interaction, ...]:
        """The visits, and the speech between them; `seed` makes their ids."""
        return _interactions(self.recording, self.turns, self.unheard, seed)


def hear(
    item: Item, sha256: str, ears: Ears, tell: Callable[[float], None] = lambda seconds: None
) -> Heard:
    """Recognise a recording, and tell who says what.

    Args:
        item: of kind ``audio``.
        sha256: of its content, in hex.
        ears: that hear it.
        tell: hears how many seconds of audio are done.

    Raises:
        InputError: where it cannot be decoded.
    """
    sound = decode(item.path, sha256=sha256, context=item.context)
    speech = tuple(speech_spans(channel) for channel in sound.samples)
    transcript = simplified(ears.transcriber.transcribe(sound.samples, speech, tell))
    told = turns_from_audio(transcript, sound.samples, sound.recording.context, ears.voices)
    clocked = on_the_clock(sound.recording.context, told.turns, sound.recording.duration)
    quality = assess(sound.samples, speech, bad_packets=sound.recording.quality.bad_packets)
    return Heard(
        recording=replace(
            sound.recording,
            quality=quality.quality,
            context=clocked.context,
            remarks=(
                *sound.recording.remarks,
                *quality.remarks,
                *told.remarks,
                *clocked.remarks,
                *_unheard(transcript.unheard),
            ),
        ),
        samples=sound.samples,
        speech=sum(span.length for spans in speech for span in spans),
        turns=told.turns,
        unheard=transcript.unheard,
    )


def score_recording(
    item: Item,
    sha256: str,
    stages: Stages,
    *,
    copy: bool = False,
    tell: Callable[[float], None] = lambda seconds: None,
) -> Result:
    """Score a recording.

    Args:
        item: of kind ``audio``.
        sha256: of its content, in hex.
        stages: with ears.
        copy: whether another input of the run has the same content; its interactions then get ids
            of their own.
        tell: hears how many seconds of audio are done.

    Raises:
        InputError: where it cannot be decoded.
    """
    begun = time.monotonic()
    assert stages.ears is not None
    heard = hear(item, sha256, stages.ears, tell)
    recording, samples = heard.recording, heard.samples
    prosody = measure_prosody(samples, heard.turns)
    seed = _seed(recording, copy=copy)
    judged = tuple(
        _judged(interaction, recording, stages, samples, prosody)
        for interaction in heard.interactions(seed)
    )
    tell(recording.duration)
    return Result(
        scored=Scored(
            recording=recording,
            speech=heard.speech,
            interactions=judged,
            wall_seconds=time.monotonic() - begun,
            seed=seed,
            provenance=stages.provenance,
        ),
        clips=tuple(_clips(judged, samples)),
    )


def score_transcript(item: Item, sha256: str, stages: Stages, *, copy: bool = False) -> Result:
    """Score a transcript that was given: all but hearing.

    Raises:
        InputError: where it cannot be read.
    """
    begun = time.monotonic()
    stored = read_transcript(item.path, item.context)
    turns = turns_from_transcript(stored)
    clocked = on_the_clock(stored.context, turns, stored.duration)
    recording = Recording(
        id=sha256[:16],
        path=shown(item.path),
        sha256=sha256,
        duration=stored.duration,
        sample_rate=0,
        channels=0,
        context=clocked.context,
        remarks=(*stored.remarks, *clocked.remarks),
    )
    seed = _seed(recording, copy=copy)
    judged = tuple(
        _judged(interaction, recording, stages, None, ())
        for interaction in _interactions(recording, turns, (), seed)
    )
    return Result(
        scored=Scored(
            recording=recording,
            speech=sum(turn.span.length for turn in turns),
            interactions=judged,
            wall_seconds=time.monotonic() - begun,
            seed=seed,
            provenance=replace(stages.provenance, asr=STATED),
        )
    )


def simplified(transcript: Transcript) -> Transcript:
    """The transcript with every word in simplified characters."""
    words = tuple(replace(word, text=simplify(word.text)) for word in transcript.words)
    return replace(transcript, words=words)


def _unheard(spans: Sequence[Span]) -> tuple[Remark, ...]:
    seconds = sum(span.length for span in spans)
    if seconds < UNHEARD:
        return ()
    return (
        Remark(
            code="audio.unheard",
            message=f"in {seconds:.0f} s of speech no words were recognised",
            remedy="listen to these stretches; what was not heard there counts as unsure",
        ),
    )


def _seed(recording: Recording, *, copy: bool) -> str:
    # ids follow from content and time, so a file that is moved keeps its reviews; only where the
    # same content is given twice must the path tell the two apart
    if not copy:
        return recording.id
    return hashlib.sha256(f"{recording.id}\0{recording.path}".encode()).hexdigest()[:16]


def _interactions(
    recording: Recording, turns: Sequence[Turn], unheard: tuple[Span, ...], seed: str
) -> tuple[Interaction, ...]:
    found = interactions(seed, turns, recording.context, recording.duration, unheard)
    return tuple(replace(one, recording_id=recording.id) for one in found)


def _judged(
    interaction: Interaction,
    recording: Recording,
    stages: Stages,
    samples: Samples | None,
    prosody: Sequence[Prosody],
) -> Judged:
    asked: list[Asked] = []
    listen: Callable[[Sequence[Probe]], Sequence[float | None]] | None = None
    if samples is not None and stages.ears is not None:
        words = tuple(word for turn in interaction.turns for word in turn.words)
        ask: Callable[[Sequence[Probe]], Sequence[float | None]] = _silent
        if stages.listen != "off":
            ask = partial(stages.ears.listener.listen, samples, words=words)
        listen = partial(_remembered, ask, asked)
    occasion = recording.context.occasion(interaction.span.start)
    findings = stages.engine.judge(
        interaction, listen, everything=stages.listen == "all", occasion=occasion
    )
    courtesy = stages.courtesy.judge(interaction.turns, prosody)
    unsure = limits(recording.remarks)
    card = scorecard(interaction, findings, courtesy, stages.rubric, unsure=unsure)
    own = {turn.index for turn in interaction.turns}
    return Judged(
        interaction=interaction,
        findings=findings,
        courtesy=courtesy,
        scorecard=card,
        prosody=tuple(one for one in prosody if one.turn in own),
        asked=tuple(asked),
    )


def _silent(probes: Sequence[Probe]) -> Sequence[float | None]:
    """The second listen where nobody wants it: no answer, so that the text alone confirms no red line."""
    return [None] * len(probes)


def _remembered(
    listen: Callable[[Sequence[Probe]], Sequence[float | None]],
    asked: list[Asked],
    probes: Sequence[Probe],
) -> Sequence[float | None]:
    """What `listen` answers; questions and answers are kept in `asked`."""
    scores = listen(probes)
    asked += [
        Asked(channel=p.channel, span=p.span, phrase=p.phrase, heard=p.heard, score=score)
        for p, score in zip(probes, scores, strict=True)
    ]
    return scores


def _clips(judged: Sequence[Judged], samples: Samples) -> list[tuple[str, bytes]]:
    """The sound of each interaction: of all that are flagged, of others up to a limit.

    What is masked in the text is silent.
    """
    mixed: Samples = samples[0] if len(samples) == 1 else samples.mean(axis=0)
    # an interaction may reach into its neighbour, so each clip is silenced by all of them
    mute = [span for one in judged for span in redacted_spans(one.interaction.turns)]
    left = UNFLAGGED_AUDIO
    clips = []
    for one in judged:
        span = one.interaction.span
        if not (one.scorecard.needs_review or one.scorecard.red_line):
            left -= span.length
            if left < 0:
                continue
        if round(span.start * RATE) < mixed.size and span.length > 0:
            clips.append((one.interaction.id, encode_clip(mixed, span, mute=mute)))
    return clips
