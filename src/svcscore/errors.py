"""Every error that svcscore raises on purpose.

::

    SvcscoreError            code, message, remedy, path
     ├─ UsageError           the call itself was wrong (exit code 2)
     ├─ ConfigError          a lexicon, rubric or settings file is wrong (exit code 2)
     ├─ InputError           one input cannot be judged; the others go on (exit code 3)
     ├─ WeightsError         model weights are missing or not what they should be (exit code 1)
     ├─ OutputError          a result cannot be written (exit code 1)
     └─ StoreError           the database cannot be used as asked (exit code 1)

Codes are stable and dotted (``audio.unreadable``); `docs/reference/errors.md` is generated from
:data:`CODES`, and a test holds every code that is raised to be in it.
"""

from __future__ import annotations

from dataclasses import dataclass

CODES: dict[str, str] = {
    # inputs
    "input.missing": "the path does not exist or a pattern matches nothing",
    "input.unreadable": "the file cannot be opened (permission, device error)",
    "input.empty": "the file has no bytes",
    "input.outside": "a symbolic link leads out of the folder that was named; it is not followed",
    "input.too_slow": "work on the file got no further for too long, twice; it is not tried again",
    "input.too_large": "work on the file took more memory than a worker may, twice; not tried again",
    "input.crashes": "a library crashed on the file, twice; it is not tried again",
    "input.loop": "a folder contains a symbolic link to one of its own parents",
    "input.unsupported": "the file is neither audio nor a transcript",
    "input.invalid": "a line of the input is not what the command reads",
    "input.nothing": "the folder holds no recording and no transcript",
    "audio.not_audio": "the content is not a media file, whatever its name says",
    "audio.no_stream": "the media file has no audio stream",
    "audio.empty": "the audio stream holds no samples",
    "audio.unreadable": "the audio stream cannot be decoded",
    # remarks: the recording is processed, and this limits what can be concluded
    "audio.too_short": "the audio is shorter than the shortest utterance; it cannot be judged",
    "audio.silent": "no speech was found; the recording cannot be judged",
    "audio.damaged": "some packets could not be decoded; what they held is not judged",
    "audio.length_mismatch": "the header announces another length than the stream holds",
    "audio.clipped": "the level is clipped; words and voice are less certain",
    "audio.narrow_band": "telephone bandwidth; recognition is less certain",
    "audio.noisy": "low signal-to-noise ratio; recognition is less certain",
    "audio.many_channels": "more than two channels; they are mixed to one",
    "audio.channel_map": "the channel map does not fit the audio; roles come from what is said",
    "audio.unheard": "speech in which no words were recognised; absences there are unsure",
    # descriptions of inputs
    "sidecar.empty": "the sidecar has no bytes",
    "sidecar.invalid": "the sidecar is not what the contract says",
    "sidecar.orphan": "a .json that is neither a transcript nor beside a recording of its name",
    "manifest.invalid": "the manifest is not a CSV as the contract says",
    "manifest.encoding": "the manifest is not UTF-8",
    "rttm.invalid": "the RTTM file is not what NIST's format says",
    "queue.invalid": "the queue system's records are not a CSV as they should be",
    "queue.encoding": "the queue system's records are not UTF-8",
    "queue.clock": "the queue system's clock was off; its visits were moved",
    "queue.elsewhere": "no visit of the queue system lies in the recording",
    "voice.too_little": "the recordings hold too little of the voice that is to be enrolled",
    "voice.mixed": "the recordings hold too much of other voices to enrol one",
    "voices.missing": "the file of enrolled voices does not exist or cannot be read",
    "voices.invalid": "the file of enrolled voices is not what svcscore wrote, or of another encoder",
    "transcript.invalid": "the transcript file is not what the contract says",
    "transcript.times": "turns of the transcript end before they start",
    "transcript.overlap": "turns of the transcript overlap; kept as overlapping speech",
    "transcript.beside_audio": "the recording of the same name is judged instead of the transcript",
    "transcript.twice": "another transcript of the same name is judged instead of this one",
    # configuration
    "config.invalid": "a lexicon, profile or settings file has faults",
    # weights
    "weights.missing": "no weights were found for the model",
    "weights.corrupt": "the weights differ from their published SHA-256",
    "weights.archive": "the archive of weights is not what its manifest says",
    "weights.cache": "the folder of cached weights cannot be written",
    "weights.download": "the weights could not be downloaded",
    # output
    "output.unwritable": "the output folder cannot be created or written",
    "output.disk_full": "the disk is full",
    "output.busy": "another run works in the same output folder",
    # the database
    "store.unreachable": "the database cannot be opened or reached",
    "store.newer": "the database was made by a newer svcscore",
    "store.older": "the database has to be brought up to date first",
    "store.foreign": "the database holds other tables than svcscore's",
    "store.locked": "another process holds the database",
    "store.readonly": "the database cannot be written",
    "store.full": "the disk of the database is full",
    "store.damaged": "the database or a document in it is damaged",
    "store.no_evidence": "the folder holds no evidence that could be taken in",
    "store.disagrees": "an interaction is already there with other evidence",
    "store.unknown": "the database knows nothing of that name",
    "store.exists": "the database holds something of that name already",
    "store.empty": "the database holds nothing of what is meant",
    # the review desk
    "desk.account": "an account cannot be as asked",
    "desk.nobody": "no account could log in to the desk",
    "desk.exposed": "the desk would be open to a network without TLS",
    "desk.address": "the desk cannot listen at this address",
    "desk.tls": "the certificate or its key cannot be used",
    "desk.webhook": "what is to be told of decisions is not named as an http(s) address",
    "desk.proxy": "a proxy that is to be believed is not named as one",
    "desk.amendment": "a correction cannot be made so",
    "desk.conflict": "somebody else decided meanwhile, or it is not what it was",
    "desk.claimed": "somebody else has the case in hand",
    "desk.refused": "the account may not do this to this case",
    "desk.no_recording": "the recording of a case is not where it was when it was scored",
    "desk.other_recording": "the file in a recording's place holds something else",
    "desk.expired": "what was said was deleted when its time was over",
    "desk.stretch": "nothing of the case lies in the stretch that was asked for",
    "desk.reason": "a reason is needed, and none was given",
    "desk.late": "the time for an appeal is over",
    "desk.days": "trends are asked for over days that cannot be looked at",
    "desk.samples": "the samples that the demo shows are not there, or are others",
    "alerts.refused": "the webhook did not take an alert",
    # carrying it
    "bundle.failed": "pip cannot get or build something that the bundle needs",
    "bundle.invalid": "there is no bundle in the folder, or its list of files is damaged",
    # ours
    "internal.error": "an unexpected fault of svcscore itself",
    "internal.worker_died": "a worker process ended while it worked on the file",
}


@dataclass(eq=False)
class SvcscoreError(Exception):
    """Base of all: a stable `code`, what happened, what to do, and the file it is about."""

    code: str
    message: str
    remedy: str
    path: str | None = None

    def __post_init__(self) -> None:
        super().__init__(self.code, self.message, self.remedy, self.path)
        if self.code not in CODES:
            raise ValueError(f"unknown error code {self.code!r}")

    def __str__(self) -> str:
        where = f"{self.path}: " if self.path else ""
        return f"{where}{self.message} [{self.code}] → {self.remedy}"


class UsageError(SvcscoreError):
    """The call itself was wrong."""


class ConfigError(SvcscoreError):
    """A file of rules, rubrics or settings is wrong."""


class InputError(SvcscoreError):
    """One input cannot be judged."""


class WeightsError(SvcscoreError):
    """Model weights are missing, or not what they should be."""


class OutputError(SvcscoreError):
    """A result cannot be written."""


class StoreError(SvcscoreError):
    """The database cannot be used as asked."""
