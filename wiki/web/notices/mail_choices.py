"""When one wants mail of what, and whether it arrives."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request

from wiki.domain.content.addresses import url_of
from wiki.services.access import moderators
from wiki.services.notices import mail_schedule, mail_stops, notifications
from wiki.web.http import forms
from wiki.web.http.context import actor, gettext, see_other, wiki
from wiki.web.http.forms import Problem

blueprint = Blueprint("mail_choices", __name__)

HERE = url_of("account_notifications")


@blueprint.get(HERE)
def show(problem: Problem | None = None) -> Response:
    """For each group of notifications when one wants mail of it, and where that goes."""
    return forms.page(
        "notices/mail_choices/show.html",
        problem,
        state=mail_schedule.state(wiki(), actor()),
        has_duties=moderators.has_duties(wiki(), actor()),
    )


@blueprint.post(HERE)
@forms.refill(show)
def choose() -> Response:
    """Keep a pace for each group; a group that is not named stays as it was."""
    notifications.choose_paces(wiki(), actor(), request.form.to_dict())
    flash(gettext("Your choice is kept."), "done")
    return see_other(HERE)


@blueprint.post(f"{HERE}/resume")
def resume() -> Response:
    """Send mail to one's address again, which was refused before."""
    mail_stops.lift(wiki(), actor())
    flash(gettext("From now on mail goes to your address again."), "done")
    return see_other(HERE)
