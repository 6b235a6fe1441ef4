"""The ledger of several nodes: where each ref is, and every move that led there.

Ids are written in full; the empty id stands for none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Tip:
    """Where one ref is, after how many moves of any, and how often history was written anew."""

    epoch: int
    seq: int
    oid: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Where every ref is, at one moment.

    `base` is the move up to which everything is told by the base; `branch` the wiki's own.
    """

    epoch: int
    seq: int
    base: int
    branch: str
    refs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """A ref that goes from one id to another."""

    ref: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Move:
    """A step that was made, with the objects that came with it: a thin pack, and its ids in order.

    20 bytes are an id.
    """

    seq: int
    step: Step
    ids: bytes
    pack: bytes


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of the base: of its pack, or of the index of that."""

    kind: str
    data: bytes


PACK, INDEX = "pack", "idx"
