"""Notices: what one follows, and the webhooks by which administrators have programs told."""

from __future__ import annotations

from typing import Any

from wiki.domain.content.addresses import url_of
from wiki.domain.login.access_tokens import Scope
from wiki.domain.notices.webhooks import Delivery, Webhook
from wiki.services.notices import watches, webhooks
from wiki.web.api import shapes
from wiki.web.api.operations import Made, operation
from wiki.web.http.context import actor, number_of, wiki

TAG = "watches"
WEBHOOKS = "webhooks"


@operation("GET", "/watches", TAG, answer=shapes.WatchListShape)
def listing() -> dict[str, Any]:
    """List the pages, questions and folders that one follows."""
    found = watches.listing(wiki(), actor())
    every = (*found.pages, *found.folders)
    return {"items": [{"path": entry.path, "scope": entry.scope.value} for entry in every]}


@operation(
    "PUT",
    "/watches/<path:path>",
    TAG,
    scope=Scope.WATCH,
    query=shapes.WatchQuery,
    answer=shapes.WatchShape,
    codes=(404, 410),
)
def watch(path: str, scope: str) -> dict[str, Any]:
    """Follow a page, a question with its dialogues, or a folder."""
    return {"path": path, "scope": watches.watch(wiki(), actor(), path, scope).value}


@operation(
    "DELETE",
    "/watches/<path:path>",
    TAG,
    scope=Scope.WATCH,
    query=shapes.WatchQuery,
    status=204,
    codes=(404, 410),
)
def unwatch(path: str, scope: str) -> None:
    """Stop following."""
    watches.unwatch(wiki(), actor(), path, scope)


@operation("GET", "/webhooks", WEBHOOKS, scope=Scope.WEBHOOKS, answer=shapes.WebhookListShape)
def list_webhooks() -> dict[str, Any]:
    """List the webhooks, by name; for administrators, as all about them."""
    return {"items": [_webhook(one) for one in webhooks.listing(wiki(), actor())]}


@operation(
    "POST",
    "/webhooks",
    WEBHOOKS,
    scope=Scope.WEBHOOKS,
    body=shapes.NewWebhookShape,
    answer=shapes.MadeWebhookShape,
    status=201,
    codes=(409,),
)
def add_webhook(sent: dict[str, Any]) -> Made:
    """Add a webhook; its secret, with which messages are signed, is told this once."""
    id, secret = webhooks.add(wiki(), actor(), **sent)
    return Made({"id": id, "secret": secret}, 201, {"Location": url_of("api_webhook", id)})


@operation(
    "GET",
    "/webhooks/<int:id>",
    WEBHOOKS,
    scope=Scope.WEBHOOKS,
    answer=shapes.WebhookShape,
    codes=(404,),
)
def read_webhook(id: int) -> dict[str, Any]:
    """Read a webhook; `failing` is since when nothing arrived."""
    return _webhook(webhooks.look(wiki(), actor(), id).webhook)


@operation(
    "PUT",
    "/webhooks/<int:id>",
    WEBHOOKS,
    scope=Scope.WEBHOOKS,
    body=shapes.TurnWebhookShape,
    answer=shapes.WebhookShape,
    codes=(404,),
)
def turn_webhook(id: int, sent: dict[str, bool]) -> dict[str, Any]:
    """Turn a webhook on or off."""
    webhooks.turn(wiki(), actor(), id, on=sent["active"])
    return _webhook(webhooks.look(wiki(), actor(), id).webhook)


@operation(
    "DELETE",
    "/webhooks/<int:id>",
    WEBHOOKS,
    scope=Scope.WEBHOOKS,
    status=204,
    codes=(404,),
)
def remove_webhook(id: int) -> None:
    """Forget a webhook and all that it was sent."""
    webhooks.remove(wiki(), actor(), id)


@operation(
    "POST",
    "/webhooks/<int:id>/test",
    WEBHOOKS,
    scope=Scope.WEBHOOKS,
    status=204,
    codes=(404,),
)
def test_webhook(id: int) -> None:
    """Send a webhook a message of type `test`; the log of deliveries tells whether it arrived."""
    webhooks.test(wiki(), actor(), id)


@operation(
    "GET",
    "/webhooks/<int:id>/deliveries",
    WEBHOOKS,
    scope=Scope.WEBHOOKS,
    query=shapes.Cursor,
    answer=shapes.DeliveryListShape,
    codes=(404,),
)
def list_deliveries(id: int, cursor: str) -> dict[str, Any]:
    """List what a webhook was sent and how that went, the newest first."""
    found = webhooks.look(wiki(), actor(), id, before=number_of(cursor, 0))
    items = [_delivery(one) for one in found.deliveries]
    return {"items": items, "next": str(found.more) if found.more else ""}


@operation(
    "POST",
    "/webhooks/deliveries/<int:id>/again",
    WEBHOOKS,
    scope=Scope.WEBHOOKS,
    status=204,
    codes=(404,),
)
def send_again(id: int) -> None:
    """Send a message once more, as it was."""
    webhooks.again(wiki(), actor(), id)


def _webhook(webhook: Webhook) -> dict[str, Any]:
    return {
        "id": webhook.id,
        "name": webhook.name,
        "address": webhook.address,
        "events": webhook.events.split(),
        "closed": webhook.closed,
        "active": webhook.active,
        "made": webhook.made,
        "failing": webhook.failing,
    }


def _delivery(delivery: Delivery) -> dict[str, Any]:
    return {
        "id": delivery.id,
        "message": delivery.mark,
        "event": delivery.event,
        "path": delivery.path,
        "made": delivery.made,
        "due": delivery.due,
        "tries": delivery.tries,
        "status": delivery.status,
        "problem": delivery.problem,
        "arrived": delivery.arrived,
    }
