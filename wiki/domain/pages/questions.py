"""Questions: what their front matter has to say."""

from __future__ import annotations

from wiki.domain.content.pages import STATUSES, Kind, Meta
from wiki.domain.errors import FieldError


def check(meta: Meta) -> list[FieldError]:
    """List what is wrong with a question's fields, each with the form field and a code."""
    wrong = [FieldError("title", "title_missing", {})] if not meta.title.strip() else []
    if meta.status not in STATUSES[Kind.QUESTION]:
        known = ", ".join(STATUSES[Kind.QUESTION])
        wrong.append(
            FieldError("status", "status_unknown", {"status": meta.status, "known": known})
        )
    return wrong
