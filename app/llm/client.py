"""A language model behind llama-index's interface.

The one file that makes a llama-index LLM: from a URL, a model's name, and a key that comes from the environment
variable FOOTNOTE_LLM_KEY alone. The key goes into the header of the request and nowhere else; errors are told by kind,
never by their text, since a server may repeat in them what it was sent.
"""

from __future__ import annotations

import ipaddress
import os
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import PureWindowsPath
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from app import __version__
from app.llm.failure import ModelFailure, Reason, of_error
from app.llm.prompt import SCHEMA, Message
from app.llm.reading import Piece, Reading
from app.settings import ReplyFormat, Settings
from index.errors import ModelError, UsageError

if TYPE_CHECKING:
    from llama_index.core.base.llms.types import ChatResponse
    from llama_index.core.llms import LLM

KEY = "FOOTNOTE_LLM_KEY"
_NEEDS = "llama_index.llms.openai_like"
_INSTALL = 'pip install "llama-index-llms-openai-like>=0.8,<0.9"'
_NO_KEY = "none"  # without one the openai package would take OPENAI_API_KEY, which was never meant for this server
_CONNECT = 10.0  # seconds
_REFUSALS = (401, 403, 429)
_BUSY = 20.0  # seconds that a server with too much to do is left alone, if it names none


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one answer: tokens of the model's window and of its reply; seconds to the first word and to the last."""

    window: int = 4096
    tokens: int = 700
    first: float = 60.0
    whole: float = 180.0


class Model:
    """A model that can be asked. Thread-safe. `name`: how its server knows it; `shown`: the same without a folder.

    `takes_schema`: how its server is asked to hold a reply to a JSON schema, and to count tokens, until it refuses:
    2 as OpenAI has it, 1 as 'json_object' with a schema (llama-cpp-python and others), 0 not at all.
    `ends`: it says when it has ended, so that a reply that breaks off is told from one that is done.
    """

    takes_schema = 0
    ends = False

    def __init__(self, name: str, limits: Limits) -> None:
        self.name, self.limits = name, limits
        path = PureWindowsPath(name)  # takes both kinds of slash
        self.shown = path.name if path.root or path.drive or name.startswith("~") else name

    def ask(self, messages: Sequence[Message], tokens: int, *, schema: bool) -> Reading:
        """Ask for a reply of at most `tokens`. Raises ModelFailure if the server wants to be left alone."""
        raise NotImplementedError

    def plainly(self, asked: int) -> bool:
        """Ask for one thing less from now on, after a refused request; return whether that one is worth another try.

        `asked`: what `takes_schema` was when it was sent.
        """
        self.takes_schema = min(self.takes_schema, max(asked - 1, 0))
        return asked > 0

    def warm(self) -> None:
        """Import what the first question would import: it takes seconds."""


class ServerModel(Model):
    """A model on a server with OpenAI's interface."""

    ends = True

    def __init__(self, url: str, name: str, limits: Limits, form: ReplyFormat) -> None:
        super().__init__(name, limits)
        self.url, self.form = url, form
        self.takes_schema = 0 if form is ReplyFormat.LINES else 2
        self._not_before = 0.0

    @classmethod
    def of(cls, settings: Settings) -> ServerModel:
        """Make the model of the settings. Raises UsageError if it is half set up, ModelError without its package."""
        if not settings.asks_a_model:
            raise UsageError(
                "a language model needs its server's address and its name: set llm_url and llm_model, or give "
                "--llm URL and --model NAME; `footnote doctor` lists the models of a server"
            )
        if find_spec("llama_index.llms") is None or find_spec(_NEEDS) is None:
            raise ModelError(f"answers by a language model need one more package: {_INSTALL}")
        limits = Limits(settings.llm_window, settings.llm_tokens, settings.llm_first, settings.llm_whole)
        return cls(settings.llm_url, settings.llm_model, limits, settings.llm_format)

    def ask(self, messages: Sequence[Message], tokens: int, *, schema: bool) -> Reading:
        if (wait := self._not_before - time.monotonic()) > 0:
            raise ModelFailure(Reason.BUSY, wait=int(wait) + 1)
        reading = Reading(self._failed)
        reading.start_async(lambda: self._pieces(messages, tokens, schema))
        return reading

    def warm(self) -> None:
        import llama_index.llms.openai_like  # noqa: F401

    def plainly(self, asked: int) -> bool:
        least = 1 if self.form is ReplyFormat.JSON else 0
        return asked > least and super().plainly(asked)

    def listed(self) -> list[dict[str, Any]] | None:
        """Return what the server says of its models, None if it keeps no list. Raises ModelFailure."""
        import httpx

        headers = {"authorization": f"Bearer {os.environ.get(KEY) or _NO_KEY}", "user-agent": f"footnote/{__version__}"}
        try:
            with httpx.Client(timeout=_CONNECT, trust_env=not is_loopback(self.url), follow_redirects=False) as http:
                answer = http.get(f"{self.url}/models", headers=headers)
            if answer.status_code not in _REFUSALS and not answer.is_success:
                return None
            answer.raise_for_status()
            found = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise of_error(error) from error
        entries = found.get("data") if isinstance(found, dict) else None
        listed = entries if isinstance(entries, list) else []
        return [e for e in listed if isinstance(e, dict) and isinstance(e.get("id"), str)]

    async def _pieces(self, messages: Sequence[Message], tokens: int, schema: bool) -> AsyncIterator[Piece]:
        import httpx
        from llama_index.core.llms import ChatMessage
        from llama_index.llms.openai_like import OpenAILike

        more: dict[str, Any] = {"stream_options": {"include_usage": True}} if self.takes_schema else {}
        if schema and self.takes_schema > 1:
            shape = {"name": "statements", "schema": dict(SCHEMA), "strict": True}
            more["response_format"] = {"type": "json_schema", "json_schema": shape}
        elif schema:
            more["response_format"] = {"type": "json_object", "schema": dict(SCHEMA)}
        limit = httpx.Timeout(self.limits.whole, connect=min(_CONNECT, self.limits.first))
        async with httpx.AsyncClient(
            timeout=limit,
            follow_redirects=False,  # the question goes where the user sent it
            trust_env=not is_loopback(self.url),  # a proxy has no part in what stays on this machine
            event_hooks={"request": [_plain_headers]},
        ) as http:
            llm = OpenAILike(
                model=self.name,
                api_base=self.url,
                api_key=os.environ.get(KEY) or _NO_KEY,
                is_chat_model=True,
                context_window=self.limits.window,
                max_tokens=tokens,
                temperature=0.0,
                max_retries=0,
                async_http_client=http,
            )
            told = [ChatMessage(role=m.role, content=m.text) for m in messages]
            async for response in await llm.astream_chat(told, **more):
                yield _piece(response)

    def _failed(self, error: Exception) -> ModelFailure:
        failure = of_error(error)
        if failure.reason is Reason.BUSY:
            self._not_before = time.monotonic() + (failure.wait or _BUSY)
        return failure


class AnyModel(Model):
    """Any llama-index LLM."""

    def __init__(self, llm: LLM, limits: Limits | None = None) -> None:
        known = llm.metadata
        super().__init__(known.model_name, limits or Limits(window=max(known.context_window, 512)))
        self._llm = llm

    def ask(self, messages: Sequence[Message], tokens: int, *, schema: bool) -> Reading:
        del tokens, schema  # an LLM that somebody else has made keeps its own settings
        reading = Reading(of_error)
        reading.start(lambda: self._pieces(messages))
        return reading

    def _pieces(self, messages: Sequence[Message]) -> Iterator[Piece]:
        from llama_index.core.llms import ChatMessage

        told = [ChatMessage(role=m.role, content=m.text) for m in messages]
        seen = ""
        for response in self._llm.stream_chat(told):
            whole = response.message.content or ""
            piece = _piece(response)
            # Some LLMs leave the delta out.
            text = whole[len(seen) :] if whole.startswith(seen) and len(whole) > len(seen) else piece.text
            seen += text
            yield Piece(text, piece.finish, piece.prompt_tokens, piece.reply_tokens)


def is_loopback(url: str) -> bool:
    """Return whether an address is this machine's own."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


async def _plain_headers(request: Any) -> None:
    """Send no header that tells of this machine or of another account: the openai package adds several."""
    for name in list(request.headers):
        if name.lower().startswith(("x-stainless-", "openai-")):
            del request.headers[name]
    request.headers["user-agent"] = f"footnote/{__version__}"


def _piece(response: ChatResponse) -> Piece:
    raw = response.raw
    choices = getattr(raw, "choices", None) or [None]
    usage = getattr(raw, "usage", None)
    return Piece(
        response.delta or "",
        getattr(choices[0], "finish_reason", None),
        getattr(usage, "prompt_tokens", None),
        getattr(usage, "completion_tokens", None),
    )
