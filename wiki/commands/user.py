"""`denktank user`: members, for who runs the machine."""

from __future__ import annotations

import sys
from datetime import datetime

import click

from wiki.commands.place import Stop, with_wiki
from wiki.database.members.invitations import Invitation
from wiki.domain.access.rights import SYSTEM, Ground, Role
from wiki.domain.members.members import Status
from wiki.engine import Wiki
from wiki.services.login import second_factor, sessions
from wiki.services.members import invitations, members, rights
from wiki.services.operation import erasing

ROLES = click.Choice([role.word for role in Role if role is not Role.READER])


@click.group()
def user() -> None:
    """Members: add, list, approve, invite, give roles and groups, suspend, delete."""


def _password(from_stdin: bool) -> str:
    if from_stdin:
        # One line, so that `echo secret |` and a file that ends in a newline both work.
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise Stop("give the password on standard input with --password-stdin")
    answer: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return answer


@user.command()
@click.argument("name")
@click.option("--role", type=ROLES, default=Role.MEMBER.word, show_default=True)
@click.option("--email", default="", help="The member's e-mail address.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@with_wiki
def add(wiki: Wiki, name: str, role: str, email: str, password_stdin: bool) -> None:
    """Make a confirmed account."""
    member = members.add(
        wiki,
        username=name,
        email=email,
        password=_password(password_stdin),
        role=Role[role.upper()],
    )
    click.echo(f"{member.username} is {member.role.word}")


@user.command("list")
@click.argument("text", default="")
@click.option("--role", type=ROLES, help="Only those with this role.")
@click.option(
    "--state",
    "--status",
    "state",
    type=click.Choice([status.value for status in Status if status is not Status.ERASED]),
    help="Only accounts that stand like this.",
)
@click.option("--order", type=click.Choice(members.ORDERS), default="name", show_default=True)
@with_wiki
def list_(wiki: Wiki, text: str, role: str | None, state: str | None, order: str) -> None:
    """List the accounts: name, role, state, e-mail address, separated by tabs.

    With TEXT, those whose username, name or e-mail address holds it.
    """
    number = 1
    wanted = {"text": text, "role": role or "", "status": state or "", "order": order}
    while found := members.find(wiki, SYSTEM, **wanted, number=number).members:
        for member in found:
            shown = (member.username, member.role.word, member.status.value, member.email)
            click.echo("\t".join(shown))
        number += 1


@user.command()
@click.argument("name")
@click.argument("path", default="")
@with_wiki
def why(wiki: Wiki, name: str, path: str) -> None:
    """Say what a member may do on a page or in a folder (without PATH: the site), and why."""
    answer = rights.explain(wiki, SYSTEM, username=name, path=path)
    for note in answer.notes:
        click.echo(f"note: {note}")
    for reason in answer.reasons:
        click.echo(_because(reason))


def _because(reason: rights.Reason) -> str:
    """A right, the answer and what decided, separated by tabs."""
    why = reason.why
    decided = {
        Ground.ADMIN: "an administrator may do everything",
        Ground.UNREAD: "who may not read here may do nothing else",
        Ground.SITE: f"the whole site: from {why.needed.word}",
    }.get(why.ground, "")
    if why.rule and not decided:
        let_in = [f"from {why.rule.role.word}", *sorted(why.rule.groups)]
        let_in += reason.rule.usernames if reason.rule else ()
        decided = f"the rule on {why.rule.prefix or '/'}: {', '.join(let_in)}"
    beaten = [rule.prefix or "/" for rule in why.beaten]
    decided += f" (beats the rules on {', '.join(beaten)})" if beaten and why.rule else ""
    return "\t".join((why.right.value, "yes" if why.allowed else "no", decided))


@user.command()
@click.argument("name")
@click.argument("names", nargs=-1)
@click.option("--none", is_flag=True, help="Take the member out of every group.")
@with_wiki
def groups(wiki: Wiki, name: str, names: tuple[str, ...], none: bool) -> None:
    """Put a member in exactly the groups NAMES; without any, say in which they are."""
    if names or none:
        members.set_groups(wiki, SYSTEM, name, "" if none else " ".join(names))
    click.echo(", ".join(sorted(members.get(wiki, SYSTEM, name).groups)) or "in no group")


@user.command()
@click.argument("name")
@click.argument("role", type=ROLES)
@with_wiki
def role(wiki: Wiki, name: str, role: str) -> None:
    """Give a member another role."""
    members.set_role(wiki, SYSTEM, name, role)
    click.echo(f"{name} is {role}")


@user.command()
@click.argument("name")
@with_wiki
def approve(wiki: Wiki, name: str) -> None:
    """Let in somebody who waits."""
    members.approve(wiki, SYSTEM, name)
    click.echo(f"{name} can log in")


@user.command()
@click.argument("name")
@click.option("--reason", default="", help="Kept in the log.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Let in again on this day.")
@click.option("--undo", is_flag=True, help="Let the member in again.")
@with_wiki
def suspend(wiki: Wiki, name: str, reason: str, until: datetime | None, undo: bool) -> None:
    """Shut a member out, or let them in again."""
    if undo:
        members.reinstate(wiki, SYSTEM, name)
        click.echo(f"{name} can log in")
    else:
        end = until.replace(tzinfo=wiki.zone) if until else None
        members.suspend(wiki, SYSTEM, name, reason, end)
        click.echo(f"{name} is suspended")


@user.command()
@click.argument("name")
@click.option("--reason", default="", help="Kept in the log.")
@with_wiki
def reinstate(wiki: Wiki, name: str, reason: str) -> None:
    """Let a member who was shut out in again."""
    members.reinstate(wiki, SYSTEM, name, reason)
    click.echo(f"{name} can log in")


@user.command()
@click.option("--email", default="", help="Mail the link to this address too.")
@with_wiki
def invite(wiki: Wiki, email: str) -> None:
    """Print a link with which somebody becomes a member; it works once, for two weeks."""
    click.echo(wiki.settings.base_url.rstrip("/") + members.invite(wiki, SYSTEM, email))


@user.command("invitations")
@with_wiki
def list_invitations(wiki: Wiki) -> None:
    """List the invitations, newest first: number, state, address, by whom, until when."""
    before = 0
    while batch := invitations.listing(wiki, SYSTEM, before=before):
        for one in batch:
            shown = (str(one.id), _state(wiki, one), one.joined or one.email, one.maker)
            click.echo("\t".join((*shown, one.expires.date().isoformat())))
        before = batch[-1].id


def _state(wiki: Wiki, invitation: Invitation) -> str:
    if invitation.used:
        return "joined"
    if invitation.revoked:
        return "withdrawn"
    return "open" if invitation.is_open(wiki.clock()) else "expired"


@user.command()
@click.argument("number", type=int)
@with_wiki
def uninvite(wiki: Wiki, number: int) -> None:
    """Withdraw an invitation: nobody joins with it any more."""
    invitations.revoke(wiki, SYSTEM, number)
    click.echo(f"invitation {number} is withdrawn")


@user.command()
@click.argument("name")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@with_wiki
def password(wiki: Wiki, name: str, password_stdin: bool) -> None:
    """Give a member another password; they are logged out everywhere."""
    members.set_password(wiki, name, _password(password_stdin))
    click.echo(f"the password of {name} is changed")


@user.command()
@click.argument("name")
@click.option("--reason", default="", help="Kept in the log.")
@with_wiki
def logout(wiki: Wiki, name: str, reason: str) -> None:
    """Log a member out everywhere; they can log in again."""
    ended = sessions.revoke_all(wiki, SYSTEM, name, reason)
    click.echo(f"{name} is logged out; sessions ended: {ended}")


@user.command("reset-factor")
@click.argument("name")
@with_wiki
def reset_factor(wiki: Wiki, name: str) -> None:
    """Switch off the second step of a member who lost it; their passkeys are forgotten too."""
    second_factor.reset(wiki, SYSTEM, name)
    click.echo(f"{name} logs in with a password alone")


@user.command()
@click.argument("name")
@with_wiki
def link(wiki: Wiki, name: str) -> None:
    """Print a link with which a member chooses a new password; it works once, for two days."""
    click.echo(wiki.settings.base_url.rstrip("/") + members.password_link(wiki, SYSTEM, name))


@user.command()
@click.argument("name")
@click.option("--comments", type=click.Choice(["keep", "remove"]), default="keep")
@click.option("--reason", default="", help="Kept in the log.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_wiki
def delete(wiki: Wiki, name: str, comments: str, reason: str, yes: bool) -> None:
    """Erase a member for good; their work stays as that of a former member.

    Git keeps the username and an opaque id.
    """
    if not yes:
        click.confirm(f"Erase {name} for good? This cannot be undone", abort=True)
    erasing.erase_here(wiki, name, with_comments=comments == "remove", reason=reason)
    click.echo(f"{name} is erased")
