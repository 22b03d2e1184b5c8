"""What an event of the page brings: from a stranger's browser, so nothing in it is taken for granted."""

from __future__ import annotations

from typing import Any

import gradio as gr

from app.chat.session.exchange import Exchange, TabState

Update = Any  # a value for a component, or Gradio's word for 'as it is'


def data_of(event: gr.EventData) -> dict[str, Any]:
    """Return what the scripts sent with an event."""
    return event._data if isinstance(event._data, dict) else {}


def exchange_of(tab: TabState, data: dict[str, Any]) -> Exchange | None:
    """Return the exchange that an event is about, None if the tab has no such one."""
    return next((e for e in tab.conversation if e.id == data.get("turn")), None)
