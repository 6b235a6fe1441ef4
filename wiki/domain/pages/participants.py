"""A participant as one line of a form: `Name — role @member`."""

from __future__ import annotations

import re

from wiki.domain.content.pages import Participant

_APART = re.compile(r"[—–|]|(?:(?<=\s)|^)-(?=\s)")
_MEMBER = re.compile(r"(?:^|\s)@(?P<member>[\w.-]++)\s*+$")


def write(participant: Participant) -> str:
    """The participant as a line."""
    role = f" — {participant.role}" if participant.role else ""
    member = f" @{participant.member}" if participant.member else ""
    return f"{participant.name}{role}{member}".strip()


def read(line: str) -> Participant:
    """The participant that a line names; the name is empty if the line opens with the role."""
    member = _MEMBER.search(line)
    rest = line[: member.start()] if member else line
    name, *role = _APART.split(rest.strip(), maxsplit=1)
    return Participant(name.strip(), "".join(role).strip(), member["member"] if member else "")
