"""A participant as one line: `Name — role | organisation @member`."""

from __future__ import annotations

import re

from wiki.domain.content.pages import Participant

_APART = re.compile(r"[—–|]|(?:(?<=\s)|^)-(?=\s)")
_COMMA = re.compile(r",\s")
_IN_NAME = re.compile(r"\s*[—–|]\s*|\s+-\s+")
_MEMBER = re.compile(r"(?:^|\s)@(?P<member>[\w.-]++)\s*+$")


def write(participant: Participant) -> str:
    """The participant as a line, which `read` reads."""
    name = _IN_NAME.sub("-", participant.name)
    role = participant.role.replace("|", "/")
    organisation = f" | {participant.organisation}" if participant.organisation else ""
    apart = " —" if organisation or "," in name else ""
    said = f" — {role}" if role else apart
    member = f" @{participant.member}" if participant.member else ""
    return f"{name}{said}{organisation}{member}".strip()


def read(line: str) -> Participant:
    """The participant that a line names; the name is empty if the line opens with the role.

    A dash, a bar or, where there is neither, a comma separates name and role.
    """
    member = _MEMBER.search(line)
    rest = (line[: member.start()] if member else line).strip()
    apart = _APART.search(rest) or _COMMA.search(rest)
    name, said = (rest[: apart.start()], rest[apart.end() :]) if apart else (rest, "")
    role, _, organisation = said.partition("|")
    return Participant(
        name.strip(), role.strip(), member["member"] if member else "", organisation.strip()
    )
