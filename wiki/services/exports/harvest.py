"""Public pages, for who harvests them by OAI-PMH 2.0.

The protocol: https://www.openarchives.org/OAI/openarchivesprotocol.html

Each page is a record, told in Dublin Core; its kind is its set. A list goes on after the last path
that it gave, so a token needs no memory here and stays good.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from wiki.database.history import history
from wiki.database.pages import catalogue
from wiki.domain.access.rights import ANONYMOUS, Right
from wiki.domain.content.pages import Kind, Summary
from wiki.engine import Wiki
from wiki.services.exports import published

AT_ONCE = 100
FORMAT = "oai_dc"
_SELECTIVE = frozenset({"from", "until", "metadataPrefix", "set", "resumptionToken"})
_ARGUMENTS: Mapping[str, frozenset[str]] = {
    "Identify": frozenset(),
    "ListMetadataFormats": frozenset({"identifier"}),
    "ListSets": frozenset({"resumptionToken"}),
    "GetRecord": frozenset({"identifier", "metadataPrefix"}),
    "ListIdentifiers": _SELECTIVE,
    "ListRecords": _SELECTIVE,
}
_DAY, _SECOND = "%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ"
_TOKEN_MOST = 2_000


class Refusal(Exception):
    """A request that the protocol has an answer to: a code of its own."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer; `asked` are the arguments that were understood, `error` a code instead."""

    verb: str = ""
    asked: Mapping[str, str] = field(default_factory=dict)
    records: Sequence[Summary] = ()
    token: str = ""
    is_last_part: bool = False
    error: str = ""


def answer(wiki: Wiki, given: Sequence[tuple[str, str]], prefix: str) -> Answer:
    """The answer to a request; `prefix` is how identifiers begin here.

    Raises LoginRequired where not everybody may read this site.
    """
    wiki.rights.require(ANONYMOUS, Right.READ)
    arguments = dict(given)
    verb = arguments.get("verb", "")
    try:
        if verb not in _ARGUMENTS or [name for name, _ in given].count("verb") > 1:
            raise Refusal("badVerb")
        if len(arguments) < len(given) or arguments.keys() - _ARGUMENTS[verb] - {"verb"}:
            raise Refusal("badArgument")
        return _answered(wiki, verb, arguments, prefix)
    except Refusal as refusal:
        kept = {} if refusal.code in ("badVerb", "badArgument") else arguments
        return Answer(verb, kept, error=refusal.code)


def _answered(wiki: Wiki, verb: str, arguments: Mapping[str, str], prefix: str) -> Answer:
    if verb == "Identify":
        return Answer(verb, arguments)
    if verb == "GetRecord":
        if "identifier" not in arguments or "metadataPrefix" not in arguments:
            raise Refusal("badArgument")
        found = _record(wiki, arguments["identifier"], prefix)
        _require_format(arguments)
        return Answer(verb, arguments, [found])
    if verb == "ListMetadataFormats":
        found_one = (
            [_record(wiki, arguments["identifier"], prefix)] if "identifier" in arguments else []
        )
        return Answer(verb, arguments, found_one)
    if verb == "ListSets":
        if "resumptionToken" in arguments:
            raise Refusal("badResumptionToken")
        return Answer(verb, arguments)
    return _list(wiki, verb, arguments)


def stamp(moment: datetime) -> str:
    """A moment as the protocol writes it."""
    return moment.astimezone(UTC).strftime(_SECOND)


def _require_format(arguments: Mapping[str, str]) -> None:
    if arguments["metadataPrefix"] != FORMAT:
        raise Refusal("cannotDisseminateFormat")


def _record(wiki: Wiki, identifier: str, prefix: str) -> Summary:
    """The page that an identifier names, if everybody may read it."""
    page = identifier.removeprefix(prefix)
    if page == identifier or not page.isalnum() or len(page) > 64:
        raise Refusal("idDoesNotExist")
    with wiki.database.read() as connection:
        place = history.place(connection, page)
        summary = catalogue.get(connection, place.path) if place and place.alive else None
    is_open = summary and wiki.rights.may(ANONYMOUS, Right.READ, summary.path)
    if summary is None or not is_open or summary.meta.redirect:
        raise Refusal("idDoesNotExist")
    return summary


# -- lists --


def _list(wiki: Wiki, verb: str, arguments: Mapping[str, str]) -> Answer:
    wanted, after = dict(arguments), ""
    if "resumptionToken" in arguments:
        if len(arguments) > 2:
            raise Refusal("badArgument")
        wanted, after = _read_token(arguments["resumptionToken"])
    if "metadataPrefix" not in wanted:
        raise Refusal("badArgument")
    _require_format(wanted)
    summaries: list[Summary] = []
    for summary in _chosen(wiki, wanted, after):
        if len(summaries) == AT_ONCE:
            return Answer(verb, arguments, summaries, token=_token(wanted, summaries[-1].path))
        summaries.append(summary)
    if not summaries:
        raise Refusal("noRecordsMatch")
    return Answer(verb, arguments, summaries, is_last_part=bool(after))


def _chosen(wiki: Wiki, wanted: Mapping[str, str], after: str) -> Iterator[Summary]:
    since, until = _moments(wanted)
    chosen = wanted.get("set", "")
    if chosen and chosen not in [kind.value for kind in Kind]:
        raise Refusal("noRecordsMatch")
    for summary in published.pages(wiki, after):
        updated = summary.updated.replace(microsecond=0)
        if chosen and summary.meta.kind.value != chosen:
            continue
        if (since is None or updated >= since) and (until is None or updated < until):
            yield summary


def _moments(wanted: Mapping[str, str]) -> tuple[datetime | None, datetime | None]:
    """From when, and until before when; a day as a whole."""
    since, until = wanted.get("from", ""), wanted.get("until", "")
    if since and until and len(since) != len(until):
        raise Refusal("badArgument")
    begin = _moment(since) if since else None
    end = _moment(until) if until else None
    if begin and end and begin > end:
        raise Refusal("badArgument")
    if end:
        end += timedelta(days=1) if len(until) == len("2026-01-01") else timedelta(seconds=1)
    return begin, end


def _moment(text: str) -> datetime:
    for form, length in ((_DAY, 10), (_SECOND, 20)):
        if len(text) == length:
            try:
                return datetime.strptime(text, form).replace(tzinfo=UTC)
            except ValueError:
                break
    raise Refusal("badArgument")


def _token(wanted: Mapping[str, str], after: str) -> str:
    kept = {name: wanted[name] for name in sorted(_SELECTIVE & wanted.keys() - {"resumptionToken"})}
    return base64.urlsafe_b64encode(json.dumps([kept, after]).encode()).decode()


def _read_token(token: str) -> tuple[dict[str, str], str]:
    try:
        if len(token) > _TOKEN_MOST:
            raise ValueError
        wanted, after = json.loads(base64.urlsafe_b64decode(token.encode()))
        texts = [*wanted, *wanted.values(), after]
        if not after or not all(isinstance(one, str) for one in texts):
            raise ValueError
    except (ValueError, TypeError, AttributeError, binascii.Error, RecursionError) as error:
        raise Refusal("badResumptionToken") from error
    return dict(wanted), after
