"""What the server and the scripts in the page tell each other: messages one way, the page's state the other."""

from __future__ import annotations

import json
import secrets
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.render.html import html


def message(kind: str, **content: Any) -> str:
    """Make a value for the region 'messages', which the scripts read once: `content` as JSON, escaped like all markup.

    'exchange': one to keep; 'ready': the page is; 'send-records': the server has forgotten the conversation, send
    what the browser kept; 'file': one to save; 'feedback': it was recorded, or why not.
    """
    return str(
        html(
            '<data data-message="{id}" data-kind="{kind}" value="{content}"></data>',
            id=secrets.token_hex(8),  # also another one than before a restart
            kind=kind,
            content=json.dumps(content, ensure_ascii=False),
        )
    )


class ClientState(BaseModel):
    """What the scripts say of the page along with an event.

    `conversation_id`: what the browser keeps the conversation under; `turns`: how many exchanges are on the page;
    `sources`: ids of the only ones to ask; `quotations_only`: ask no language model; `replace`: id of the exchange that
    a new one takes the place of; `records`: the kept exchanges, if the page was asked for them or shows another
    conversation.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    conversation_id: str = Field("", max_length=100)
    turns: int = 0
    sources: tuple[str, ...] = Field((), max_length=10_000)
    quotations_only: bool = False
    replace: str = Field("", max_length=20)
    records: list[Any] | None = None
    languages: tuple[str, ...] = Field((), max_length=50)


def read_client_state(text: object) -> ClientState:
    """Read the state in `text`; an empty one if it is none, as when a script could not run."""
    if not isinstance(text, str):
        return ClientState()
    try:
        return ClientState.model_validate_json(text)
    except ValidationError:
        return ClientState()
