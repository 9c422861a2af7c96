"""The columns of the Parquet tables: names, types and what they mean, in one place.

The descriptions go into the files (metadata of each field) and into docs/how-to/exchange.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa

TEXT = pa.string()
NAME = pa.dictionary(pa.int32(), pa.string())
"""Texts that repeat: ids of what a row belongs to, codes, names."""
NAMES = pa.list_(pa.field("element", pa.string()))
REAL = pa.float64()
COUNT = pa.int32()
FLAG = pa.bool_()
LOCAL = pa.timestamp("us")
MOMENT = pa.timestamp("us", tz="UTC")

Column = tuple[str, pa.DataType, str]
"""Name, type, and what it means."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One file of the folder."""

    name: str
    tells: str
    columns: tuple[Column, ...]

    @property
    def schema(self) -> pa.Schema:
        """As Arrow knows it, descriptions included."""
        fields = [
            pa.field(name, kind, metadata={"description": tells})
            for name, kind, tells in self.columns
        ]
        return pa.schema(fields, metadata={"description": self.tells})


_OF = ("interaction_id", NAME, "interaction it belongs to")
_TURN = ("turn", COUNT, "index of the turn in its interaction")
_START = ("start", REAL, "seconds from the start of the recording")
_END = ("end", REAL, "seconds from the start of the recording")
_WHERE = (
    ("staff_id", NAME, "as the bank names it"),
    ("branch_id", NAME, "as the bank names it"),
    ("counter_id", NAME, "counter or desk, and so the microphone"),
)

RECORDINGS = Table(
    name="recordings",
    tells="One row a recording.",
    columns=(
        ("recording_id", TEXT, "first 16 hex digits of the content's SHA-256"),
        ("path", TEXT, "as given; bytes that are no UTF-8 are escaped"),
        ("sha256", TEXT, "of the content"),
        *_WHERE,
        ("kind", NAME, "kind of interaction that the bank says it holds"),
        ("occurred_at", TEXT, "ISO 8601, as given"),
        ("started_at", LOCAL, "the same as a local time; null where nothing is given"),
        ("duration", REAL, "seconds"),
        ("speech", REAL, "seconds of speech"),
        ("sample_rate", COUNT, "Hz, of the file"),
        ("channels", COUNT, "of the file"),
        ("snr_db", REAL, "signal-to-noise ratio, dB"),
        ("clipped", REAL, "share of clipped samples, 0–1"),
        ("bandwidth_hz", REAL, "up to where there is sound, Hz"),
        ("bad_packets", COUNT, "that could not be decoded"),
        ("remarks", NAMES, "codes of what limits what can be concluded"),
    ),
)
INTERACTIONS = Table(
    name="interactions",
    tells="One row an interaction, with its score.",
    columns=(
        ("interaction_id", TEXT, "stable over re-runs"),
        ("recording_id", NAME, "recording it is in"),
        _START,
        _END,
        ("started_at", LOCAL, "local time of its start; null where nothing says when"),
        ("kind", NAME, "counter, lobby, manager, salon or internal"),
        ("business", NAME, "kind of business; empty where nothing tells"),
        *_WHERE,
        ("opened_by", NAME, "why it begins where it does"),
        ("closed_by", NAME, "why it ends where it does"),
        ("complete", FLAG, "false where the recording begins or ends in the middle of it"),
        ("turns", COUNT, "number of turns"),
        ("talk_ratio", REAL, "share of the seconds of people's turns that are staff's, 0–1"),
        (
            "waited_seconds",
            REAL,
            "wait for the call, by the queue system; null where it does not say",
        ),
        ("unheard_seconds", REAL, "speech in which no words were recognised"),
        ("total", REAL, "score, 0–100; null where it cannot be judged or is not scored"),
        ("low", REAL, "lower end of the 90 % interval"),
        ("high", REAL, "upper end of the 90 % interval"),
        ("band", NAME, "name of the rubric's band"),
        ("red_line", FLAG, "a red line is confirmed"),
        ("needs_review", FLAG, "people should look at it"),
        ("reasons", NAMES, "why it needs review, or has no score"),
        ("version", NAME, "of svcscore"),
        ("asr", NAME, "recogniser and settings, as JSON"),
        ("lexicon_sha256", NAME, "of the rules"),
        ("rubric_sha256", NAME, "of the rubric"),
        ("courtesy_sha256", NAME, "of the courtesy model"),
    ),
)
TURNS = Table(
    name="turns",
    tells="One row a turn, with how it sounds; what is too short or voiceless to tell is null.",
    columns=(
        _OF,
        _TURN,
        _START,
        _END,
        ("role", NAME, "who speaks"),
        ("role_probability", REAL, "that it is this role"),
        ("staff_probability", REAL, "that it is anybody of the bank"),
        ("speaker", NAME, "label of the voice in its recording"),
        ("channel", COUNT, "from 0"),
        ("text", TEXT, "long numbers masked"),
        ("confidence", REAL, "mean probability of the words"),
        ("rate", REAL, "characters a second, pauses left out"),
        ("loudness_db", REAL, "dB of full scale"),
        ("above_noise_db", REAL, "loudness over the channel's noise, dB"),
        ("clipped", REAL, "share of samples at full scale, 0–1"),
        ("pitch_hz", REAL, "median F0"),
        ("pitch_range_st", REAL, "semitones between the tenth and the ninetieth percentile"),
        ("pauses", REAL, "share of the time that is pauses, 0–1"),
    ),
)
WORDS = Table(
    name="words",
    tells="One row a recognised word (in Chinese one to a few characters).",
    columns=(
        _OF,
        _TURN,
        ("word", COUNT, "index in its turn"),
        _START,
        _END,
        ("text", NAME, "masked as in its turn"),
        ("probability", REAL, "of the recogniser"),
        ("channel", COUNT, "from 0"),
    ),
)
FINDINGS = Table(
    name="findings",
    tells="One row a finding, those not applicable or rejected included; times of its first place.",
    columns=(
        ("finding_id", TEXT, "stable over re-runs"),
        _OF,
        ("code", NAME, "public code"),
        ("title", NAME, "the code's Chinese title"),
        ("rule", NAME, "rule that found it"),
        ("rule_version", COUNT, "of the rule"),
        ("polarity", NAME, "credit, duty, breach, cue or measure"),
        ("severity", NAME, "red_line, major or minor; null where it is no breach"),
        ("verdict", NAME, "met, breached, absent, not_applicable or unsure"),
        ("role", NAME, "whose it is"),
        ("probability", REAL, "that it is true"),
        ("status", NAME, "confirmed, review or rejected by the machine"),
        ("match", NAME, "kind of evidence"),
        ("turn", COUNT, "index of the turn; null for an absence"),
        ("start", REAL, "seconds of the words heard; null for an absence"),
        ("end", REAL, "seconds of the words heard; null for an absence"),
        ("phrase", NAME, "phrase of the lexicon"),
        ("heard", TEXT, "what was heard, masked"),
        ("why", TEXT, "for the reviewer and the teller, masked"),
        ("decision", NAME, "of the review that counts; null where nobody reviewed it"),
    ),
)
EVIDENCE = Table(
    name="evidence",
    tells="One row a place that a finding rests on; of a missed duty, what called for it.",
    columns=(
        ("finding_id", NAME, "finding it belongs to"),
        _OF,
        ("place", COUNT, "index in its finding"),
        _TURN,
        _START,
        _END,
        ("phrase", NAME, "phrase of the lexicon"),
        ("heard", TEXT, "masked; empty for an absence"),
        ("matcher", NAME, "kind of evidence"),
        ("text_score", REAL, "of the words, 0–1"),
        ("acoustic_score", REAL, "log-likelihood ratio a character; null where not asked"),
        ("probability", REAL, "of both witnesses"),
    ),
)
ASKED = Table(
    name="asked",
    tells="One row a question to the second listen.",
    columns=(
        _OF,
        ("channel", COUNT, "from 0"),
        _START,
        _END,
        ("phrase", NAME, "phrase that was asked about"),
        ("heard", TEXT, "words of the recogniser, masked"),
        ("score", REAL, "log-likelihood ratio a character; null where it could not be asked"),
    ),
)
ACCOUNT = Table(
    name="account",
    tells="One row a line of the account of points.",
    columns=(
        _OF,
        ("line", COUNT, "index in its account"),
        ("dimension", NAME, "name in the rubric"),
        ("item", NAME, "name in the rubric"),
        ("title", NAME, "in Chinese"),
        ("earned", REAL, "points"),
        ("possible", REAL, "points"),
        ("applicable", FLAG, "whether it counts"),
        ("finding_ids", NAMES, "findings it rests on"),
        ("note", TEXT, "masked"),
    ),
)
DIMENSIONS = Table(
    name="dimensions",
    tells="One row a dimension of an interaction's score.",
    columns=(
        _OF,
        ("dimension", NAME, "name in the rubric"),
        ("title", NAME, "in Chinese"),
        ("score", REAL, "0–100; null where nothing in it applied"),
        ("weight", REAL, "in the total"),
        ("applicable", FLAG, "whether anything in it applied"),
    ),
)
COURTESY = Table(
    name="courtesy",
    tells="One row a staff turn.",
    columns=(
        _OF,
        _TURN,
        ("level", COUNT, "the most probable: 0 rude, 1 curt, 2 polite, 3 warm"),
        ("rude", REAL, "probability"),
        ("curt", REAL, "probability"),
        ("polite", REAL, "probability"),
        ("warm", REAL, "probability"),
        ("reasons", NAMES, "in Chinese, masked"),
    ),
)
REVIEWS = Table(
    name="reviews",
    tells="One row a decision of a person about a finding; nothing is ever changed or deleted.",
    columns=(
        ("review_id", TEXT, "follows from the content"),
        _OF,
        ("finding_id", NAME, "finding it is about"),
        ("decision", NAME, "confirm, overturn, not_applicable or withdraw"),
        ("reviewer", NAME, "who decided"),
        ("at", MOMENT, "when, UTC"),
        ("reason", TEXT, "masked"),
        ("blind", FLAG, "a second review that did not see the first"),
        ("supersedes", TEXT, "earlier review that it replaces or withdraws"),
    ),
)
TABLES = (
    RECORDINGS, INTERACTIONS, TURNS, WORDS, FINDINGS, EVIDENCE, ASKED, ACCOUNT, DIMENSIONS,
    COURTESY, REVIEWS,
)  # fmt: skip


def described() -> Iterator[str]:
    """Lines of Markdown that tell every table and column."""
    for table in TABLES:
        yield f"### `{table.name}.parquet`\n"
        yield f"{table.tells}\n"
        yield "| column | type | meaning |\n| --- | --- | --- |"
        for name, kind, tells in table.columns:
            yield f"| `{name}` | {_told(kind)} | {tells} |"
        yield ""


def _told(kind: pa.DataType) -> str:
    if pa.types.is_dictionary(kind):
        return f"{kind.value_type}, dictionary"
    return f"list of {kind.value_type}" if pa.types.is_list(kind) else str(kind)
