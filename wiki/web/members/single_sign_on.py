"""Logging in with an OpenID provider: going there, coming back, joining; and one's own ties to it.

One goes there by a link, not by a form: `form-action` of the content security policy would forbid
where a form's answer leads.
"""

from __future__ import annotations

from flask import Blueprint, Response, flash, request, session

from wiki.domain.content.addresses import url_of
from wiki.domain.errors import LoginRequired, Unavailable, WikiError
from wiki.services.login import proof, provider
from wiki.services.members import single_sign_on, terms
from wiki.services.members.accounts import Joined
from wiki.services.members.single_sign_on import AT_ONCE, Aim, Arrival
from wiki.web.http import forms, login
from wiki.web.http.context import (
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
from wiki.web.members.accounts import arrived, login_form

blueprint = Blueprint("single_sign_on", __name__)
BEGUN = "provider"
"""Where the cookie keeps the logins that began."""

ARRIVED = "arrival"
"""Where it keeps who came back, until they made an account or tied theirs."""


@blueprint.get("/login/provider")
@forms.public
def go() -> Response:
    """Go to the provider."""
    args = request.args
    aim = Aim(args["for"]) if args.get("for") in tuple(Aim) else Aim.ENTER
    if aim is not Aim.ENTER and not actor().is_member:
        raise LoginRequired("login_required")
    try:
        begun = single_sign_on.begin(
            wiki(),
            request.host_url,
            aim=aim,
            back=back_to(args.get("next")),
            invitation=args.get("invitation", ""),
            remember=bool(args.get("remember")),
        )
    except Unavailable as error:
        return _told(error)
    notes = [*session.get(BEGUN, {}).items(), (begun.state, begun.note)]
    session[BEGUN] = dict(notes[-AT_ONCE:])
    return _unkept(see_other(begun.url))


@blueprint.get("/login/provider/callback")
@forms.public
def come_back() -> Response:
    """Come back from it, logged in there or not."""
    begun = dict(session.get(BEGUN, {}))
    # It counts once, whatever comes of it.
    note = begun.pop(request.args.get("state", ""), "")
    session[BEGUN] = begun
    address = login.client().address
    try:
        arrival = single_sign_on.finish(wiki(), request.host_url, note, request.args, address)
        return _unkept(_arrived(arrival))
    except WikiError as error:
        return _told(error)


def _arrived(arrival: Arrival) -> Response:
    if arrival.aim is Aim.PROVE:
        single_sign_on.prove(wiki(), actor(), login.session_id(), arrival)
        return see_other(back_to(arrival.back))
    if arrival.aim is Aim.LINK:
        return _keep(arrival, url_of("account_login_tie"))
    token = single_sign_on.enter(wiki(), arrival, login.client())
    if not token:
        return _keep(arrival, url_of("login_provider_join"))
    if actor().is_member:
        login.leave()
    is_whole = login.enter(token)
    login.note_provider()
    if not is_whole:
        return see_other(url_of("login_second", next=back_to(arrival.back)))
    return arrived(back_to(arrival.back))


def _keep(arrival: Arrival, target: str) -> Response:
    session[ARRIVED] = single_sign_on.sign_arrival(wiki(), arrival)
    return see_other(target)


def _told(error: WikiError) -> Response:
    problem = forms.problem_of(error)
    answer = overview(problem) if actor().is_member else login_form(problem)
    answer.status_code = problem.status
    return _unkept(answer)


def _unkept(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _arrival() -> Arrival:
    return single_sign_on.read_arrival(wiki(), session.get(ARRIVED, ""))


# -- joining --


@blueprint.get("/login/provider/join")
def join_form(problem: Problem | None = None) -> Response:
    """The form in which who came back makes an account, or why that is not possible."""
    arrival = _arrival()
    refusal = ""
    try:
        single_sign_on.may_join(wiki(), arrival.invitation)
    except WikiError as error:
        refusal = error.code
    return forms.page(
        "members/single_sign_on/join.html",
        problem,
        claims=arrival.claims,
        refusal=refusal,
        username=single_sign_on.suggested(wiki(), arrival.claims),
        next=back_to(arrival.back),
        terms=terms.current(wiki()),
    )


@blueprint.post("/login/provider/join")
@forms.public
@forms.refill(join_form)
def join() -> Response:
    """Make the account, and log in if nobody has to approve it first."""
    arrival, form = _arrival(), request.form
    joined = single_sign_on.join(
        wiki(),
        arrival,
        username=form.get("username", ""),
        email=form.get("email", ""),
        name=form.get("name", ""),
        terms_accepted=forms.accepted_terms(),
        address=login.client().address,
        language=language(),
    )
    session.pop(ARRIVED, None)
    if joined is Joined.WAIT:
        return see_other(url_of("register_done", then="provider", next=back_to(arrival.back)))
    return _arrived(arrival)


# -- one's own account --


@blueprint.get("/account/logins")
def overview(problem: Problem | None = None) -> Response:
    """Show what opens one's account beside what one has here."""
    return forms.page(
        "members/single_sign_on/overview.html",
        problem,
        identities=single_sign_on.listing(wiki(), actor()),
    )


@blueprint.get("/account/logins/tie")
def tie_form(problem: Problem | None = None) -> Response:
    """Show who came back from the provider, and a button to let that open one's account."""
    return forms.page(
        "members/single_sign_on/tie.html",
        problem,
        claims=_arrival().claims,
        asks=proof.asks(wiki(), actor(), login.session_id()),
    )


@blueprint.post("/account/logins/tie")
@forms.refill(tie_form)
def tie() -> Response:
    """Let it open one's account from now on."""
    current = request.form.get("current_password", "")
    single_sign_on.tie(wiki(), actor(), login.session_id(), _arrival(), current)
    session.pop(ARRIVED, None)
    flash(gettext("From now on you can also log in that way."), "done")
    return see_other(url_of("account_logins"))


@blueprint.get("/account/logins/<int:identity>/remove")
def untie_form(identity: int, problem: Problem | None = None) -> Response:
    """Ask for proof before a tie goes."""
    return forms.page(
        "members/single_sign_on/untie.html",
        problem,
        identity=single_sign_on.get(wiki(), actor(), identity),
        asks=proof.asks(wiki(), actor(), login.session_id()),
    )


@blueprint.post("/account/logins/<int:identity>/remove")
@forms.refill(untie_form)
def untie(identity: int) -> Response:
    """It no longer opens one's account."""
    current = request.form.get("current_password", "")
    single_sign_on.untie(wiki(), actor(), login.session_id(), identity, current)
    flash(gettext("That no longer opens your account."), "done")
    return see_other(url_of("account_logins"))


# -- leaving --


@blueprint.get("/logout/provider")
def left() -> Response:
    """Logged out here; still logged in at the provider."""
    place = provider.logout_url(wiki(), base_url())
    back = back_to(request.args.get("next"))
    return _unkept(respond("members/single_sign_on/left.html", logout_url=place, next=back))
