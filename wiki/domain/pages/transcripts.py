"""Transcripts that meeting programs write, read as turns and written as those of a dialogue.

WebVTT and SRT, lines that open with `Name:`, and the plain or docx transcripts of Teams, Zoom and
Meet: a speaker and a time on a line of their own, what was said below.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import unescape

from wiki.domain.pages.turns import Speakers

MOST_LABELS = 200
"""More different speakers than this are no speakers."""

_CUE = re.compile(
    r"[ \t]*(?P<start>(?:\d{1,3}:)?\d{1,2}:\d{1,2}(?:[.,]\d{1,7})?)[ \t]*-->[ \t]*"
    r"(?:\d{1,3}:)?\d{1,2}:\d{1,2}(?:[.,]\d{1,7})?(?:[ \t].*)?"
)
_VOICE = re.compile(r"<v(?:\.[^\s<>]{0,80})?[ \t]{1,9}([^<>]{1,200})>")
_TAG = re.compile(r"</?[A-Za-z0-9][^<>]{0,200}>")
_STAMP = r"\(?\[?(?P<{}>(?:\d{{1,3}}:)?\d{{1,2}}:\d{{2}}(?:[.,]\d{{1,7}})?)\]?\)?"
_TIME_ALONE = re.compile(rf"[ \t]*{_STAMP.format('time')}[ \t]*")
_TIME_FIRST = re.compile(rf"[ \t]*{_STAMP.format('time')}[ \t]+(?=\S)")
_TIME_LAST = re.compile(rf"(?:[ \t]*[,–—]|[ \t])[ \t]*{_STAMP.format('time')}[ \t]*")
_LABEL = re.compile(
    r"[ \t]*(?:\[(?P<boxed>[^\[\]\n:]{1,80})\]|(?P<bare>[^\n:\[\]]{1,80}?))[ \t]*:(?!//)"
)
_BOLD = re.compile(r"\*\*|__")
_IN_BRACKETS = re.compile(r"[ \t]*\(([^()]{1,40})\)[ \t]*")
_LABELLED_WITH_TIME = re.compile(r"[ \t]*([^\n:()]{1,80})\(((?:\d{1,3}:)?\d{1,2}:\d{2})\)[ \t]*:")
_MARK = re.compile(r"[ \t]*(?:[-–—•*]|>>)[ \t]+")
"""What some programs write where another begins to speak."""
_OF_PROGRAM = re.compile(
    r"Meeting ended after [\d:]+|.{0,80}\b(?:started|stopped) transcription"
    r"|.{0,80}\btranscriptie (?:is )?(?:gestart|gestopt|beëindigd)"
)
"""Lines that the program wrote, and nobody said."""
_CLOCK_FROM = 5 * 3600
"""A recording that begins later than this begins at a time of the day."""
_SMALL = frozenset(
    "de den der van ten ter te het 't in op aan bij la le les du des da di do dos el al bin von zu"
    " y e".split()
)
_MOST_WORDS = 7
_LONGEST_LABEL = 120
_END_OF_TIME = (*"0123456789", ")", "]")
_ACTIVE = re.compile(r"([\\`*_\[\]<])")


@dataclass(frozen=True, slots=True)
class Said:
    """A turn of a label; `time` is seconds from the start, None if that is not known."""

    label: str
    time: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Transcript:
    """The turns of a transcript; `labels` are its speakers in the order in which they speak."""

    turns: Sequence[Said]

    @property
    def labels(self) -> list[str]:
        """Every speaker once, in the order in which they first speak."""
        return list(dict.fromkeys(turn.label for turn in self.turns if turn.label))

    def unknown(self, speakers: Speakers) -> list[str]:
        """The labels that mean none of these speakers."""
        return [label for label in self.labels if not speakers.named(label)]


def read(text: str, names: Iterable[str] = ()) -> Transcript:
    """The turns of a transcript, whatever wrote it; `names` are names that may speak in it."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    speakers = Speakers(names)
    if any(_CUE.fullmatch(line) for line in lines):
        pieces = list(_cues(lines, speakers))
    else:
        pieces = list(_spoken(lines, speakers))
    turns = _from_zero(_joined(pieces))
    if len({turn.label for turn in turns}) > MOST_LABELS:
        return Transcript([])
    return Transcript(turns if any(turn.label for turn in turns) else [])


def written(transcript: Transcript, names: Mapping[str, str]) -> str:
    """The turns as a dialogue's text; a label that `names` maps to nothing speaks on before it."""
    turns: list[Said] = []
    for turn in transcript.turns:
        name = names.get(turn.label, turn.label) if turn.label else ""
        if not name and turns:
            last = turns[-1]
            said = f"{turn.label}: {turn.text}" if turn.label else turn.text
            turns[-1] = replace(last, text=f"{last.text}\n{said}".strip())
        else:
            turns.append(replace(turn, label=name))
    return "\n\n".join(map(_paragraphs, turns)) + "\n" if turns else ""


def _paragraphs(turn: Said) -> str:
    said = "\n\n".join(_harmless(line) for line in turn.text.split("\n"))
    if not turn.label:
        return said
    time = f" ({clock(turn.time)})" if turn.time is not None else ""
    return f"**{turn.label}{time}:** {said}".rstrip()


def clock(seconds: int) -> str:
    """Seconds as a turn's time: `0:12:03`."""
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _harmless(line: str) -> str:
    """Write what was said as Markdown that shows just that."""
    escaped = _ACTIVE.sub(r"\\\1", line)
    return "\\" + escaped if escaped[:1] in ("#", ">", "-", "+", "|", "~", "=") else escaped


# Subtitles


def _cues(lines: Sequence[str], speakers: Speakers) -> Iterator[Said]:
    """Read what cues say; in those of Teams a line of its own may name the speaker."""
    time: int | None = None
    cue: list[str] = []
    for line in [*lines, ""]:
        timed = _CUE.fullmatch(line)
        if not timed and line.strip():
            cue.append(line)
            continue
        # Before the first time stand headers; a number before a time is the cue's own.
        if timed and cue and cue[-1].strip().isdigit():
            cue.pop()
        if time is not None and cue:
            yield from _cue(cue, time, speakers)
            time = time if not timed else None
        cue = []
        if timed:
            time = _seconds(timed["start"])


def _cue(lines: Sequence[str], time: int, speakers: Speakers) -> Iterator[Said]:
    """The voices of one cue."""
    whole = " ".join(line.strip() for line in lines)
    voices = list(_VOICE.finditer(whole))
    if voices:
        ends = [voice.start() for voice in voices[1:]] + [len(whole)]
        before = _shown(whole[: voices[0].start()])
        if before:
            yield Said("", time, before)
        for voice, end in zip(voices, ends, strict=True):
            yield Said(_label(unescape(voice[1])), time, _shown(whole[voice.end() : end]))
        return
    alone = len(lines) > 1 and _is_name(_shown(lines[0]), speakers)
    if alone and not _labelled(_shown(lines[0]), speakers):
        yield Said(_label(_shown(lines[0])), time, _shown(" ".join(lines[1:])))
        return
    label = ""
    said: list[str] = []
    for line in map(_shown, lines):
        labelled = _labelled(line, speakers)
        if labelled and (said or label):
            yield Said(label, time, " ".join(said))
        if labelled:
            label, said = labelled[0], [labelled[1]]
        else:
            said.append(line)
    yield Said(label, time, " ".join(said).strip())


def _shown(written: str) -> str:
    return " ".join(unescape(_TAG.sub("", written)).split())


# Plain text


def _spoken(lines: Sequence[str], speakers: Speakers) -> Iterator[Said]:
    """Lines that open with a speaker, alone with a time or before what is said."""
    time: int | None = None
    for number, line in enumerate(lines):
        line = line.replace("\t", "  ").replace("\xa0", " ")
        if not line.strip() or _OF_PROGRAM.fullmatch(line.strip()):
            continue
        alone = _TIME_ALONE.fullmatch(line)
        if alone:
            time = _seconds(alone["time"])
            continue
        first = _TIME_FIRST.match(line)
        if first:
            time, line = _seconds(first["time"]), line[first.end() :]
        head = _headed(line)
        if head and _is_name(head[0], speakers):
            yield Said(_label(head[0]), head[1], "")
            time = None
            continue
        found = _labelled(line, speakers)
        if found:
            yield Said(found[0], found[2] if found[2] is not None else time, found[1])
            time = None
        elif first and number + 1 < len(lines) and _is_name(line.strip(), speakers):
            yield Said(_label(line), time, "")
            time = None
        else:
            yield Said("", None, " ".join(line.split()))


def _headed(line: str) -> tuple[str, int] | None:
    """The speaker and the time of a line that holds no more than these."""
    plain = _BOLD.sub("", line)
    if len(plain) > 160 or not plain.rstrip().endswith(_END_OF_TIME):
        return None
    for at in range(max(1, len(plain) - 24), len(plain)):
        last = _TIME_LAST.fullmatch(plain, at)
        if last:
            name = plain[:at].strip().strip("[]").strip()
            return (name, _seconds(last["time"])) if name and ":" not in name else None
    return None


def _labelled(line: str, speakers: Speakers) -> tuple[str, str, int | None] | None:
    """The speaker who opens a line, what follows, and a time in brackets between them."""
    line = line.lstrip()
    # Patterns see no more than a label can be long: a line of blanks costs nothing.
    head, rest = _BOLD.sub("", line[:_LONGEST_LABEL]), line[_LONGEST_LABEL:]
    mark = _MARK.match(head)
    head = head[mark.end() :] if mark else head
    time: int | None = None
    timed = _LABELLED_WITH_TIME.match(head)
    if timed:
        time, name, end = _seconds(timed[2]), timed[1].strip(), timed.end()
    else:
        match = _LABEL.match(head)
        if not match:
            return None
        name, end = (match["boxed"] or match["bare"] or "").strip(), match.end()
    if not _is_name(name, speakers):
        return None
    return _label(name), (head[end:] + rest).strip(), time


def _is_name(label: str, speakers: Speakers) -> bool:
    """Whether a label is somebody's name: one that is known, or words that look like one."""
    label = label.strip()
    if not label or len(label) > 80:
        return False
    if speakers.named(label):
        return True
    outside = _IN_BRACKETS.sub(" ", label).replace(",", " ")
    parts = outside.split()
    if not parts or len(parts) > _MOST_WORDS or not (parts[0][0].isupper() or parts[0][0] == "@"):
        return False
    if label.endswith((".", "?", "!", ";")) or parts[-1] in _SMALL:
        return False
    return all(
        part[0].isupper() or part[0] in "@-–—|/&" or part.lower() in _SMALL or part.isdigit()
        for part in parts
    )


def _label(written: str) -> str:
    return " ".join(written.split()).strip("*_ ")


def _joined(pieces: Iterable[Said]) -> list[Said]:
    """Pieces as turns: what one speaker says on is one turn; what nobody says goes on before it."""
    turns: list[tuple[Said, list[str]]] = []
    for piece in pieces:
        if turns and (not piece.label or piece.label == turns[-1][0].label):
            turns[-1][1].append(piece.text)
        elif piece.label:
            turns.append((piece, [piece.text]))
        # What stands before the first speaker is the file's own: a title, a date, who was there.
    return [replace(first, text=_running(said)) for first, said in turns if any(said)]


def _from_zero(turns: list[Said]) -> list[Said]:
    """Times of the day as times from the beginning."""
    first = next((turn.time for turn in turns if turn.time is not None), 0)
    if first < _CLOCK_FROM:
        return turns
    return [
        turn if turn.time is None else replace(turn, time=max(0, turn.time - first))
        for turn in turns
    ]


def _running(said: Sequence[str]) -> str:
    return " ".join(part for part in said if part)


def _seconds(written: str) -> int:
    parts = [int(part) for part in re.split(r"[.,]", written)[0].split(":")]
    total = 0
    for part in parts:
        total = total * 60 + part
    return total
