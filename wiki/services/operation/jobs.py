"""The worker's jobs, one function each: does a batch, and says whether more waits."""

from __future__ import annotations

from wiki.engine import Wiki
from wiki.projections import anchors as anchoring
from wiki.projections import export as exporting
from wiki.projections import history
from wiki.projections import sentences as blaming
from wiki.services.access import audit
from wiki.services.content import drawings
from wiki.services.editing import draft_files
from wiki.services.exchange import public_mirror as mirroring
from wiki.services.exchange import syncing
from wiki.services.login import password_reset, suspensions
from wiki.services.members import members
from wiki.services.moderation import reports
from wiki.services.notices import (
    fan_out,
    mail_schedule,
    notifications,
    outbox,
    webhook_deliveries,
)
from wiki.services.operation import nodes, projections
from wiki.services.pages import recent, views
from wiki.services.search import saved_searches
from wiki.services.talk import anchors as passages_of_talk

WORDS = 200
"""Revisions whose words are counted in one batch: short, so that search never waits long."""
PASSAGES = 200
"""Revisions that are compared with the one before in one batch, to know who wrote what."""
ANCHORS = 50
"""Revisions through which comments' passages are carried in one batch."""


def follow(wiki: Wiki) -> bool:
    """Commits from clones and other nodes: lists catch up without waiting for a visitor."""
    wiki.store.refresh(all=True)
    wiki.mend()
    wiki.follow()
    return False


def search(wiki: Wiki) -> bool:
    """Let the search index follow git and SQL."""
    projections.renew_after_purge(wiki)
    return wiki.search.update(wiki.store, wiki.database)


def saved(wiki: Wiki) -> bool:
    """Count what is new in the searches that members keep."""
    return saved_searches.count_new(wiki)


def tell(wiki: Wiki) -> bool:
    """Tell members of new comments and changes."""
    return fan_out.catch_up(wiki)


def export(wiki: Wiki) -> bool:
    """Let the files beside `pages/.git` follow the branch."""
    exporting.catch_up(wiki.store)
    return False


def news(wiki: Wiki) -> bool:
    """Put what members were told in letters."""
    return mail_schedule.catch_up(wiki)


def mail(wiki: Wiki) -> bool:
    """Send the letters in the outbox, if they still may go."""
    return outbox.deliver(wiki, lambda letter: mail_schedule.renew(wiki, letter))


def webhooks(wiki: Wiki) -> bool:
    """Tell webhooks what waits for them."""
    return webhook_deliveries.deliver(wiki)


def remotes(wiki: Wiki) -> bool:
    """Bring one repository elsewhere in step with this one."""
    return syncing.catch_up(wiki)


def public_mirror(wiki: Wiki) -> bool:
    """Let the repository of what everybody may read follow."""
    return mirroring.catch_up(wiki)


def answers(wiki: Wiki) -> bool:
    """Write to those who forgot their password."""
    return password_reset.answer(wiki)


def words(wiki: Wiki) -> bool:
    """Count the words added and removed, the newest revisions first."""
    return history.count_words(wiki.store, wiki.database, WORDS) > 0


def sentences(wiki: Wiki) -> bool:
    """Find the writer of each sentence: of what just changed, then of old revisions."""
    return blaming.catch_up(wiki.store, wiki.database, PASSAGES)


def deleted_text(wiki: Wiki) -> bool:
    """Bring the index of deleted text up to date; whether there is more to do."""
    return wiki.deleted_text.update(wiki.store, wiki.database)


def anchors(wiki: Wiki) -> bool:
    """Find the passages that comments are about again in what was just saved."""
    return anchoring.catch_up(passages_of_talk.source(wiki), ANCHORS)


def diagrams(wiki: Wiki) -> bool:
    """Draw a diagram that a page lacks."""
    return drawings.draw(wiki)


def again(wiki: Wiki) -> bool:
    """Try again what was set aside because processes died at it."""
    projections.try_again(wiki)
    return False


def tidy(wiki: Wiki) -> bool:
    """Forget what has served its time."""
    outbox.tidy(wiki)
    members.tidy(wiki)
    audit.tidy(wiki)
    recent.tidy(wiki)
    views.tidy(wiki)
    reports.tidy(wiki)
    suspensions.end(wiki)
    notifications.tidy(wiki)
    webhook_deliveries.tidy(wiki)
    nodes.tidy(wiki)
    draft_files.tidy(wiki)
    return False


def measure(wiki: Wiki) -> bool:
    """Let the database know how much it holds, so that it asks in the right order."""
    wiki.database.measure()
    return False


def maintain(wiki: Wiki) -> bool:
    """Git packs what has piled up."""
    wiki.store.maintain()
    return False
