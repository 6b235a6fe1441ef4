"""Joining, logging in and out, and one's own account."""

from __future__ import annotations

import zoneinfo

from flask import Blueprint, Response, flash, request

from wiki.domain.content.addresses import url_of
from wiki.domain.errors import NotFound
from wiki.domain.members.members import Status
from wiki.i18n.languages import LANGUAGES
from wiki.services.login import links, passwords, proof, provider, sessions
from wiki.services.login.links import Kind
from wiki.services.members import accounts, invitations, members, terms
from wiki.services.members.accounts import Joined
from wiki.services.notices import outbox
from wiki.web.http import forms, login
from wiki.web.http.context import (
    LANGUAGE_COOKIE,
    THEME_COOKIE,
    actor,
    back_to,
    base_url,
    gettext,
    language,
    respond,
    see_other,
    wiki,
)
from wiki.web.http.forms import Problem

blueprint = Blueprint("accounts", __name__)
A_YEAR = 365 * 24 * 3600


def _address() -> str:
    return request.remote_addr or ""


def _next() -> str:
    return back_to(request.values.get("next"))


# -- logging in and out --


@blueprint.get("/login")
def login_form(problem: Problem | None = None) -> Response:
    """The form to log in."""
    if actor().is_member and not problem:
        return see_other(_next())
    return forms.page(
        "members/accounts/login.html", problem, next=_next(), passkeys=login.relying()
    )


@blueprint.post("/login")
@forms.public
@forms.refill(login_form)
def log_in() -> Response:
    """Log in and go on to where one was."""
    remember = bool(request.form.get("remember"))
    name, password = request.form.get("username", ""), request.form.get("password", "")
    if not forms.log_in(name, password, remember=remember):
        return see_other(url_of("login_second", next=_next()))
    return arrived(_next())


def arrived(target: str) -> Response:
    """Logged in: go on to where one was, in the language and colours one chose once."""
    visit = login.current_visit()
    if visit and visit.capped:
        flash(gettext("Your rights wait for a second step: set it up here."), "info")
        target = url_of("account_second_factor")
    return _prefer(see_other(target))


@blueprint.post("/logout")
@forms.public
def log_out() -> Response:
    """Log out here; who came from the OpenID provider may log out there too."""
    was_by_provider = login.is_by_provider()
    login.leave()
    leads_on = was_by_provider and provider.logout_url(wiki(), base_url())
    answer = see_other(url_of("logout_provider", next=_next()) if leads_on else _next())
    # What the browser kept of pages goes too; drafts, which nobody else has, stay.
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


def _prefer(answer: Response) -> Response:
    """The member's language and appearance become this browser's, where they chose any."""
    visit = login.current_visit()
    if visit:
        _keep(answer, LANGUAGE_COOKIE, visit.language)
        _keep(answer, THEME_COOKIE, visit.theme)
    return answer


def _keep(answer: Response, cookie: str, value: str) -> None:
    if value:
        answer.set_cookie(cookie, value, max_age=A_YEAR, samesite="Lax", secure=request.is_secure)


# -- joining --


@blueprint.get("/register")
def register_form(problem: Problem | None = None) -> Response:
    """The form to become a member, or why that is not possible."""
    if actor().is_member and not problem:
        return see_other(_next())
    invitation = request.values.get("invitation", "")
    is_invited = bool(invitation) and links.works(wiki(), invitation, Kind.INVITE)
    setting = wiki().settings.registration
    return forms.page(
        "members/accounts/register.html",
        problem,
        next=_next(),
        invitation=invitation,
        is_invited=is_invited,
        invited_at=invitations.email_of(wiki(), invitation) if is_invited else "",
        closed="" if is_invited or setting in ("open", "approval") else setting,
        by_mail=outbox.can_send(wiki().settings),
        least=passwords.shortest(wiki().settings),
        terms=terms.current(wiki()),
    )


@blueprint.post("/register")
@forms.public
@forms.refill(register_form)
def register() -> Response:
    """Ask for an account."""
    if request.form.get("website"):
        # The field that people do not see: a machine filled it, and learns nothing.
        return see_other(url_of("register_done", then=Joined.WAIT.value))
    joined = accounts.register(
        wiki(),
        username=request.form.get("username", ""),
        email=request.form.get("email", ""),
        password=request.form.get("password", ""),
        address=_address(),
        name=request.form.get("name", ""),
        door=request.form.get("door", ""),
        language=language(),
        invitation=request.form.get("invitation", ""),
        terms_accepted=forms.accepted_terms(),
        back=_next(),
    )
    if joined is Joined.READY:
        forms.log_in(request.form.get("username", ""), request.form.get("password", ""))
        return see_other(_next())
    return see_other(url_of("register_done", then=joined.value, next=_next()))


@blueprint.get("/register/done")
def registered() -> Response:
    """Show what happens after registering."""
    then = request.args.get("then", Joined.WAIT.value)
    can_send = outbox.can_send(wiki().settings)
    return respond("members/accounts/registered.html", then=then, next=_next(), can_send=can_send)


@blueprint.get("/account/confirm/<token>")
def confirm_form(token: str, problem: Problem | None = None) -> Response:
    """A button to confirm an address: programs that look into mail follow links, people press."""
    if not problem and not links.works(wiki(), token, Kind.CONFIRM, Kind.EMAIL):
        raise NotFound("link_dead")
    return forms.page("members/accounts/confirm.html", problem)


@blueprint.post("/account/confirm/<token>")
@forms.public
def confirm(token: str) -> Response:
    """The address is theirs."""
    done = accounts.confirm(wiki(), token, address=_address(), session=login.session_id())
    if done.status is Status.WAITING:
        return see_other(url_of("register_done", then=Joined.WAIT.value, next=done.back))
    flash(gettext("Your e-mail address is confirmed."), "done")
    if actor().is_member:
        return see_other(url_of("account"))
    return see_other(url_of("login", next=back_to(done.back, "")))


# -- the first administrator --


@blueprint.get("/setup/<token>")
def setup_form(token: str, problem: Problem | None = None) -> Response:
    """The form in which the first administrator chooses a name."""
    links.slow_down(wiki(), _address())
    if not members.setup_works(wiki(), token):
        raise NotFound("link_dead")
    return forms.page(
        "members/accounts/setup.html", problem, least=passwords.shortest(wiki().settings)
    )


@blueprint.post("/setup/<token>")
@forms.public
@forms.refill(setup_form)
def setup(token: str) -> Response:
    """Make the first administrator and log them in."""
    form = request.form
    members.setup(
        wiki(),
        token,
        username=form.get("username", ""),
        email=form.get("email", ""),
        password=form.get("password", ""),
        name=form.get("name", ""),
        language=language(),
    )
    forms.log_in(form.get("username", ""), form.get("password", ""))
    flash(gettext("You are the administrator of this wiki now."), "done")
    return see_other(url_of("admin"))


# -- one's own account --


@blueprint.get("/account")
def profile_form(problem: Problem | None = None) -> Response:
    """The form with one's name, language, time zone and appearance."""
    member = accounts.profile(wiki(), actor())
    return forms.page(
        "members/accounts/profile.html",
        problem,
        member=member,
        languages=LANGUAGES,
        zones=sorted(zone for zone in zoneinfo.available_timezones() if "/" in zone),
    )


@blueprint.post("/account")
@forms.refill(profile_form)
def change_profile() -> Response:
    """Change one's profile."""
    form = request.form
    accounts.change_profile(
        wiki(),
        actor(),
        name=form.get("name", ""),
        language=form.get("language", ""),
        timezone=form.get("timezone", ""),
        theme=form.get("theme", ""),
    )
    flash(gettext("Your profile is changed."), "done")
    answer = see_other(url_of("account"))
    for cookie, field in ((LANGUAGE_COOKIE, "language"), (THEME_COOKIE, "theme")):
        answer.delete_cookie(cookie)
        _keep(answer, cookie, form.get(field, ""))
    return answer


@blueprint.get("/account/password")
def password_form(problem: Problem | None = None) -> Response:
    """The form to choose another password."""
    return forms.page(
        "members/accounts/password.html",
        problem,
        asks=proof.asks(wiki(), actor(), login.session_id()),
        least=passwords.shortest(wiki().settings),
    )


@blueprint.post("/account/password")
@forms.refill(password_form)
def change_password() -> Response:
    """Choose another password; other sessions end."""
    token = accounts.change_password(
        wiki(),
        actor(),
        login.session_id(),
        current=request.form.get("current_password", ""),
        new=request.form.get("new_password", ""),
    )
    login.enter(token)
    flash(gettext("Your password is changed; elsewhere you are logged out."), "done")
    return see_other(url_of("account"))


@blueprint.get("/account/sessions")
def session_list() -> Response:
    """Where one is logged in."""
    found = sessions.listing(wiki(), actor())
    return forms.page("members/accounts/sessions.html", sessions=found, here=login.session_id())


@blueprint.post("/account/sessions/<int:session>/end")
def end_session(session: int) -> Response:
    """Log out somewhere else."""
    sessions.revoke(wiki(), actor(), session)
    flash(gettext("That session is over."), "done")
    return see_other(url_of("account_sessions"))


@blueprint.post("/account/sessions/end")
def end_sessions() -> Response:
    """Log out everywhere but here."""
    sessions.revoke_others(wiki(), actor(), login.session_id())
    flash(gettext("You are logged out everywhere but here."), "done")
    return see_other(url_of("account_sessions"))
