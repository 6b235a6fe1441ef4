"""Nodes and their signs of life, and what the server says of the one that leads and of standbys.

All moments are the database's: what a node's own clock says decides nothing. On one machine the
table stays empty.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import Column, Connection, Integer, String, Table, text

from wiki.database.engine.schema import STAYS, Moment, truth
from wiki.database.operation.lead import LEADING
from wiki.domain.operation.nodes import Node, Standby

LONGEST_NAME = 100

nodes = Table(
    "nodes",
    truth,
    Column("name", String(LONGEST_NAME), primary_key=True),
    Column("worker", String(32), nullable=False),
    Column("seen", Moment, nullable=False),
    Column("version", String(40), nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("backend", Integer, nullable=False),
    Column("twin", Moment),
    Column("settings", String(16), nullable=False, server_default=""),
    info=STAYS,
)
"""`worker` tells two nodes of one name apart; `twin` is when that was last so. `backend` is the
number of the server's process that holds the lock of who leads for this node; 0 if none does.
`settings` is a mark of those that all nodes have to have alike; empty for an older version."""

_LIGHTLY = text("SET LOCAL synchronous_commit TO off")
"""A sign of life waits for no disk and no standby: it has to be seen when those are in trouble."""
_SEEN = text(
    "INSERT INTO nodes (name, worker, seen, version, settings, epoch, seq, backend)"
    " VALUES (:name, :worker, now(), :version, :settings, :epoch, :seq, :backend)"
    " ON CONFLICT (name) DO UPDATE SET worker = excluded.worker, seen = now(),"
    " version = excluded.version, epoch = excluded.epoch, seq = excluded.seq,"
    " backend = excluded.backend, settings = excluded.settings,"
    " twin = CASE WHEN nodes.worker <> excluded.worker AND CAST(:again AS boolean)"
    " THEN now() ELSE nodes.twin END"
    " RETURNING coalesce(twin = now(), false)"
)
_FORGET = text(
    "DELETE FROM nodes USING git_state s"
    " WHERE seen < now() - interval '7 days' AND nodes.epoch = s.epoch"
)
_FORGET_ONE = text("DELETE FROM nodes WHERE name = :name RETURNING name")
_OTHERS = text("SELECT name FROM nodes WHERE name <> :name ORDER BY name")
_EVERY = text(
    "SELECT n.name, n.version, n.seen,"
    " CAST(extract(epoch FROM now() - n.seen) AS double precision) AS ago,"
    " CASE WHEN n.epoch = s.epoch THEN greatest(s.seq - n.seq, 0) ELSE -1 END AS behind,"
    " EXISTS (SELECT 1 FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
    " WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 0 AND l.objid = :what"
    " AND l.objsubid = 1 AND d.datname = current_database() AND l.pid = n.backend) AS leads,"
    " coalesce(n.twin > now() - interval '30 seconds', false) AS has_twin,"
    " n.settings <> coalesce((SELECT m.settings FROM nodes m WHERE m.version = n.version"
    " AND m.seen > now() - interval '30 seconds' GROUP BY m.settings"
    " ORDER BY count(*) DESC, m.settings LIMIT 1), n.settings) AS differs"
    " FROM nodes n CROSS JOIN git_state s ORDER BY n.name"
)
_BEHIND = text(
    "SELECT CASE WHEN epoch = :epoch THEN greatest(seq - :seq, 0) ELSE -1 END FROM git_state"
)
_STANDBY = text(
    "SELECT count(*) AS every, count(*) FILTER (WHERE sync_state IS NULL) AS hidden,"
    " count(*) FILTER (WHERE state = 'streaming' AND sync_state IN ('sync', 'quorum')) AS sure,"
    " current_setting('synchronous_commit') IN ('off', 'local') AS is_light"
    " FROM pg_stat_replication"
)


@dataclass(frozen=True, slots=True)
class Sign:
    """Who gives a sign of life, in which version of the wiki and with which mark of settings."""

    name: str
    worker: str
    version: str
    settings: str


def tell(
    connection: Connection, sign: Sign, place: tuple[int, int], backend: int, *, again: bool
) -> bool:
    """Leave a sign of life; whether another worker has the same name.

    `place` is (epoch, seq), `backend` the process of the server that holds the lock, if one does.
    `again`: this worker did so before; only then is a sign of another one that of a twin.
    """
    connection.execute(_LIGHTLY)
    epoch, seq = place
    told = {**asdict(sign), "epoch": epoch, "seq": seq, "backend": backend, "again": again}
    return bool(connection.scalar(_SEEN, told))


def forget(connection: Connection) -> None:
    """Forget nodes that were away for a week, unless they still have what was purged meanwhile."""
    connection.execute(_FORGET)


def forget_one(connection: Connection, name: str) -> bool:
    """Forget a node; whether there was one of this name."""
    return connection.scalar(_FORGET_ONE, {"name": name}) is not None


def others(connection: Connection, name: str) -> Sequence[str]:
    """The names of all nodes but this one."""
    return connection.scalars(_OTHERS, {"name": name}).all()


def every(connection: Connection) -> Sequence[Node]:
    """All nodes, by name."""
    return [Node(**row._mapping) for row in connection.execute(_EVERY, {"what": LEADING})]


def behind(connection: Connection, place: tuple[int, int]) -> int:
    """How many moves who is at this (epoch, seq) lacks; -1 in another epoch."""
    return connection.scalar(_BEHIND, {"epoch": place[0], "seq": place[1]}) or 0


def standby(connection: Connection) -> Standby:
    """Whether a save waits until another server has it too."""
    row = connection.execute(_STANDBY).one()
    if row.sure and not row.is_light:
        return Standby.SYNCHRONOUS
    if row.hidden:
        return Standby.UNKNOWN
    return Standby.ASYNCHRONOUS if row.every else Standby.NONE
