"""Groups: names for members who may do the same somewhere; rules on paths name them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from wiki.domain.errors import Invalid

NAME_MOST = 40
ABOUT_MOST = 200

_NAME = re.compile(r"\w[\w.-]*")


@dataclass(frozen=True, slots=True)
class Group:
    """A group: `about` says in a few words who is in it, and may be empty."""

    id: int
    name: str
    about: str


def check_name(name: str) -> str:
    """The name without spaces around it; raises Invalid (field `name`)."""
    name = name.strip()
    if not name:
        raise Invalid.field("name", "group_empty")
    if len(name) > NAME_MOST or not _NAME.fullmatch(name):
        raise Invalid.field("name", "group_name", most=NAME_MOST)
    return name


def check_about(about: str) -> str:
    """The words about a group, on one line; raises Invalid (field `about`)."""
    about = " ".join(about.split())
    if len(about) > ABOUT_MOST:
        raise Invalid.field("about", "group_about_long", most=ABOUT_MOST)
    return about
