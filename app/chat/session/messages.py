"""What page and server tell each other beside the regions: letters to the scripts, tickets from them."""

from __future__ import annotations

import json
import secrets
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.render.html import html


def letter(kind: str, **content: Any) -> str:
    """A value for the region 'post', which the scripts read once: `content` as JSON, escaped like all markup.

    'kept': an exchange to keep; 'arrived': the page is ready; 'send-records': the server has forgotten the
    conversation, send what the browser kept; 'file': a file to save; 'judged': a judgement was recorded.
    """
    return str(
        html(
            '<data data-letter="{name}" data-kind="{kind}" value="{content}"></data>',
            name=secrets.token_hex(8),  # also another one than before a restart
            kind=kind,
            content=json.dumps(content, ensure_ascii=False),
        )
    )


class Ticket(BaseModel):
    """What the scripts say of the page along with an event.

    `talk`: the name the browser keeps the conversation under; `turns`: how many exchanges are on the page;
    `sources`: ids of the only ones to ask; `replace`: id of the exchange that a new one takes the place of;
    `records`: the kept exchanges, if the page was asked for them or shows another conversation.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    talk: str = Field("", max_length=100)
    turns: int = 0
    sources: tuple[str, ...] = Field((), max_length=10_000)
    replace: str = Field("", max_length=20)
    records: list[Any] | None = None
    languages: tuple[str, ...] = Field((), max_length=50)


def read_ticket(text: object) -> Ticket:
    """The ticket in `text`; an empty one if it is none, as when a script could not run."""
    if not isinstance(text, str):
        return Ticket()
    try:
        return Ticket.model_validate_json(text)
    except ValidationError:
        return Ticket()
