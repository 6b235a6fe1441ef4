"""The second step of a login: codes of an app, recovery codes, and how hard they are to guess."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest

from tests.fixtures.access import set_rule
from wiki.database.login import second_factors
from wiki.database.notices import outbox
from wiki.domain.access.rights import SYSTEM, Actor, Right, Role
from wiki.domain.errors import Forbidden, Invalid, LoginRequired, NotFound, TooFast
from wiki.domain.members.members import Visit
from wiki.engine import Wiki
from wiki.services.access import audit
from wiki.services.login import second_factor, sessions
from wiki.services.login.sessions import Client
from wiki.services.members import members
from wiki.settings import Settings

PASSWORD = "correct horse battery"
HOME = Client("192.0.2.1")


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(
        data=tmp_path / "wiki",
        secret_key="only for tests",
        database_url=database_url,
        mail_url="smtp://localhost:1",
        base_url="https://denk.example",
    )


@pytest.fixture
def clock(wiki: Wiki) -> Callable[[float], None]:
    """Moves the wiki's clock by seconds."""
    at = [wiki.clock()]
    wiki.clock = lambda: at[0]

    def move(seconds: float) -> None:
        at[0] += timedelta(seconds=seconds)

    return move


def visit(wiki: Wiki, token: str) -> Visit:
    found = sessions.visit_of(wiki, token)
    assert found
    return found


def log_in(wiki: Wiki, name: str = "anna", client: Client = HOME) -> str:
    return sessions.authenticate(wiki, name, PASSWORD, address=client.address, device=client.device)


class App:
    """What a member has on their phone."""

    def __init__(self, wiki: Wiki, actor: Actor) -> None:
        self.wiki = wiki
        session = visit(wiki, log_in(wiki, actor.username)).session
        second_factor.begin(wiki, actor, session, PASSWORD)
        shown = second_factor.setup(wiki, actor)
        assert shown.picture.startswith("<svg")
        self.totp = pyotp.TOTP(shown.secret.replace("-", ""))
        done = second_factor.switch_on(wiki, actor, session, self.code())
        self.recovery, self.token = done.codes, done.token
        self.session = session

    def code(self, away: int = 0) -> str:
        return self.totp.at(self.wiki.clock() + timedelta(seconds=30 * away))


@pytest.fixture
def app(wiki: Wiki, member: Actor, clock: Callable[[float], None]) -> App:
    """The app of `anna`, a minute after she set it up."""
    made = App(wiki, member)
    clock(60)
    return made


def mail(wiki: Wiki) -> list[str]:
    with wiki.database.read() as connection:
        return [letter.subject for letter in outbox.due(connection, wiki.clock())]


def test_a_password_is_half_a_login(wiki: Wiki, app: App) -> None:
    half = log_in(wiki)
    assert sessions.visit_of(wiki, half) is None, "it opens nothing"
    whole = second_factor.finish(wiki, half, app.code(), HOME)
    assert visit(wiki, whole).strong
    assert whole != half
    assert sessions.half(wiki, half) is None, "the half one is over"
    assert visit(wiki, app.token).strong, "so is the session in which it was set up"


def test_the_secret_is_not_kept_as_it_is(wiki: Wiki, app: App, member: Actor) -> None:
    with wiki.database.read() as connection:
        kept = second_factors.get(connection, member.id or 0)
    assert kept
    assert app.totp.secret not in kept.secret


def test_no_code_works_twice(wiki: Wiki, app: App, clock: Callable[[float], None]) -> None:
    code = app.code()
    assert second_factor.finish(wiki, log_in(wiki), code, HOME)
    with pytest.raises(LoginRequired) as refused:
        second_factor.finish(wiki, log_in(wiki), code, HOME)
    assert refused.value.code == "code_wrong"
    with pytest.raises(LoginRequired):
        second_factor.finish(wiki, log_in(wiki), app.code(-1), HOME)
    clock(30)
    assert second_factor.finish(wiki, log_in(wiki), app.code(), HOME)


@pytest.mark.parametrize(("away", "works"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_a_clock_may_be_a_little_off(wiki: Wiki, app: App, away: int, works: bool) -> None:
    half = log_in(wiki)
    if works:
        assert second_factor.finish(wiki, half, app.code(away), HOME)
    else:
        with pytest.raises(LoginRequired):
            second_factor.finish(wiki, half, app.code(away), HOME)


def test_a_recovery_code_works_once_however_it_is_typed(
    wiki: Wiki, app: App, member: Actor
) -> None:
    assert len(set(app.recovery)) == 10
    typed = f" {app.recovery[3].upper().replace('-', ' ')} "
    assert second_factor.finish(wiki, log_in(wiki), typed, HOME)
    assert second_factor.state(wiki, member).codes == 9
    with pytest.raises(LoginRequired):
        second_factor.finish(wiki, log_in(wiki), app.recovery[3], HOME)


def test_new_recovery_codes_replace_the_old(wiki: Wiki, app: App, member: Actor) -> None:
    fresh = second_factor.new_codes(wiki, member, app.session, current=PASSWORD, code=app.code())
    with pytest.raises(LoginRequired):
        second_factor.finish(wiki, log_in(wiki), app.recovery[0], HOME)
    assert second_factor.finish(wiki, log_in(wiki), fresh[0], HOME)


def test_switching_off_asks_for_both(wiki: Wiki, app: App, member: Actor) -> None:
    def off(current: str, code: str) -> None:
        second_factor.switch_off(wiki, member, app.session, current=current, code=code)

    for current, code, field in (("mis", app.code(), "current_password"), (PASSWORD, "1", "code")):
        with pytest.raises(Invalid) as refused:
            off(current, code)
        assert refused.value.fields[0].field == field
    elsewhere = second_factor.finish(wiki, log_in(wiki), app.recovery[0], HOME)
    off(PASSWORD, app.code())
    assert sessions.visit_of(wiki, elsewhere) is None
    assert visit(wiki, log_in(wiki))
    assert any("tweede stap" in subject for subject in mail(wiki))
    with pytest.raises(NotFound):
        off(PASSWORD, app.code())


def test_it_is_not_on_before_a_code_was_right(wiki: Wiki, member: Actor) -> None:
    session = visit(wiki, log_in(wiki)).session
    second_factor.begin(wiki, member, session, PASSWORD)
    with pytest.raises(Invalid):
        second_factor.switch_on(wiki, member, session, "000000x")
    assert visit(wiki, log_in(wiki)), "who gives up halfway is not locked out"


def test_setting_it_up_ends_other_sessions(wiki: Wiki, member: Actor) -> None:
    elsewhere = log_in(wiki)
    App(wiki, member)
    assert sessions.visit_of(wiki, elsewhere) is None


def guess(wiki: Wiki, address: str, times: int) -> int:
    """Guess codes with the right password; gives how many were looked at."""
    done = 0
    for _ in range(times):
        try:
            half = log_in(wiki, client=Client(address))
            second_factor.finish(wiki, half, "not right", Client(address))
        except TooFast:
            return done
        except LoginRequired:
            done += 1
    return done


def test_guessing_is_slow_and_the_owner_gets_in(wiki: Wiki, app: App) -> None:
    """From one address and from many; and the owner, who was at home before, does not wait."""
    assert guess(wiki, "198.51.100.1", 20) == 5
    assert sum(guess(wiki, f"203.0.113.{number}", 5) for number in range(30)) <= 20
    assert second_factor.finish(wiki, log_in(wiki), app.code(), HOME)
    assert sum("lijkt je wachtwoord te kennen" in subject for subject in mail(wiki)) == 1


def test_a_half_login_does_not_last(wiki: Wiki, app: App, clock: Callable[[float], None]) -> None:
    half = log_in(wiki)
    clock(11 * 60)
    with pytest.raises(LoginRequired) as refused:
        second_factor.finish(wiki, half, app.code(), HOME)
    assert refused.value.code == "second_step_late"


def test_an_administrator_helps_who_lost_it(
    wiki: Wiki, app: App, member: Actor, admin: Actor
) -> None:
    with pytest.raises(Forbidden):
        second_factor.reset(wiki, member, "anna")
    second_factor.reset(wiki, admin, "anna")
    assert visit(wiki, log_in(wiki))
    assert sessions.visit_of(wiki, app.token) is None
    assert audit.entries(wiki, SYSTEM)[0].act == "member_factor_reset"


def test_rights_wait_for_a_second_step_where_the_site_says_so(wiki: Wiki, moderator: Actor) -> None:
    wiki.settings = replace(wiki.settings, require_second_factor="moderator")
    set_rule(wiki, SYSTEM, prefix="hof", right="moderate", role="admin", usernames="mo")
    without = visit(wiki, log_in(wiki, "mo"))
    assert without.capped
    assert without.actor.role is Role.EDITOR
    assert not wiki.rights.may(without.actor, Right.MODERATE, "hof/plan")
    named = members.add(wiki, username="vera", email="vera@example.org", password=PASSWORD).actor
    set_rule(wiki, SYSTEM, prefix="tuin", right="moderate", role="admin", usernames="vera")
    waiting = visit(wiki, log_in(wiki, "vera"))
    assert waiting.capped
    assert waiting.actor.role is Role.MEMBER
    assert not wiki.rights.may(waiting.actor, Right.MODERATE, "tuin/plan")
    assert wiki.rights.may(named, Right.MODERATE, "tuin/plan")
    app = App(wiki, moderator)
    now = visit(wiki, app.token)
    assert not now.capped
    assert now.actor.role is Role.MODERATOR
    assert wiki.rights.may(now.actor, Right.MODERATE, "hof/plan")


def test_a_lost_site_key_leaves_recovery_codes(wiki: Wiki, app: App) -> None:
    wiki.settings = replace(wiki.settings, secret_key="another")
    with pytest.raises(LoginRequired):
        second_factor.finish(wiki, log_in(wiki), app.code(), HOME)
    assert second_factor.finish(wiki, log_in(wiki), app.recovery[0], HOME)
