"""The routes by which the page adds and removes sources. Each refuses by itself whoever may not.

GET    /new-sources                what the page shows for adding; which change is on its way
POST   /new-sources/file?name=     a file's bytes     ┐
POST   /new-sources/text           a pasted text      ├─ read, and shown as a draft
POST   /new-sources/page           an address         ┘
DELETE /new-sources/drafts/ID      a draft is not wanted
POST   /new-sources/add            drafts with what was corrected become sources: a change
POST   /new-sources/remove         a source is taken out: a change
GET    /new-sources/changes/ID     how far a change is
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from functools import wraps
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field
from starlette.requests import ClientDisconnect

from app.adding.changes import Change
from app.adding.permission import HEADER, may_change
from app.adding.service import Adding
from app.chat.session.problems import problem_words
from app.chat.view.adding import adding_html, change_words
from app.middleware import drain
from app.outside import whole_characters
from app.settings import Settings
from app.words.languages import ENGLISH, TEXTS
from app.words.texts import Texts
from index.errors import FootnoteError

BASE = "/new-sources"
UPLOAD = f"{BASE}/file"

Answer = Callable[..., Awaitable[Response]]


class _Pasted(BaseModel):
    text: str


class _Address(BaseModel):
    url: str


class _Corrected(BaseModel):
    """`facts`: what the form of the draft holds, by the names of the fields."""

    draft: str
    facts: dict[str, str] = Field(default_factory=dict)


class _Drafts(BaseModel):
    drafts: list[_Corrected] = Field(min_length=1)


class _Source(BaseModel):
    source: str


def routes(settings: Settings, adding: Adding) -> APIRouter:
    """Make the routes for what waits and changes in `adding`."""
    router, on = APIRouter(prefix=BASE), _Routes(settings, adding)
    for method, path, answer in (
        ("POST", "/file", on.file),
        ("POST", "/text", on.text),
        ("POST", "/page", on.page),
        ("DELETE", "/drafts/{draft}", on.discard),
        ("POST", "/add", on.add),
        ("POST", "/remove", on.remove),
        ("GET", "/changes/{change}", on.change),
    ):
        router.add_api_route(path, _careful(answer), methods=[method], route_class_override=_guarded(settings))
    router.add_api_route("", on.form, methods=["GET"])
    return router


def _guarded(settings: Settings) -> type[APIRoute]:
    """Make a route that refuses who may not, before anything of the request is read."""

    class Guarded(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            answer = super().get_route_handler()

            async def guarded(request: Request) -> Response:
                own = request.method == "GET" or HEADER in request.headers
                if own and may_change(settings, request):
                    return await answer(request)
                if request.url.path == UPLOAD:
                    await drain(request.receive)
                texts = _texts(request)
                return _refused(texts.adding_off, 403)

            return guarded

    return Guarded


def _careful(answer: Answer) -> Answer:
    """Say in words what goes wrong."""

    @wraps(answer)
    async def careful(request: Request, **named: Any) -> Response:
        texts = _texts(request)
        try:
            return await answer(request, **named)
        except ClientDisconnect:
            return Response(status_code=204)  # nobody reads it
        except FootnoteError as error:
            return _refused(problem_words(error, texts), 422)
        except Exception as error:  # noqa: BLE001 - the last stop before the browser: logged, and said in words
            return _refused(problem_words(error, texts), 500)

    return careful


class _Routes:
    def __init__(self, settings: Settings, adding: Adding) -> None:
        self._settings, self._adding = settings, adding

    async def form(self, request: Request) -> Response:
        """Answer with nothing to show where this browser may not; the other routes refuse it."""
        if not may_change(self._settings, request):
            return JSONResponse({"html": "", "change": ""})
        shown = adding_html(self._settings.largest_file, _texts(request))
        return JSONResponse({"html": str(shown), "change": self._adding.changes.running})

    async def file(self, request: Request) -> Response:
        name = whole_characters(request.query_params.get("name", ""))
        with self._adding.upload(name) as upload:
            try:
                upload.expect(request.headers.get("content-length", ""))
                async for chunk in request.stream():
                    upload.write(chunk)
            except FootnoteError:
                await drain(request.receive)
                raise
            return JSONResponse(await run_in_threadpool(upload.read, _texts(request)))

    async def text(self, request: Request, pasted: _Pasted) -> Response:
        return JSONResponse(await run_in_threadpool(self._adding.pasted, pasted.text, _texts(request)))

    async def page(self, request: Request, address: _Address) -> Response:
        return JSONResponse(await run_in_threadpool(self._adding.page, address.url.strip(), _texts(request)))

    async def discard(self, request: Request, draft: str) -> Response:  # noqa: ARG002 - a guarded route takes it
        self._adding.drafts.drop(draft)
        return Response(status_code=204)

    async def add(self, request: Request, wanted: _Drafts) -> Response:
        corrected = {d.draft: d.facts for d in wanted.drafts}
        return _begun(await run_in_threadpool(self._adding.add, corrected, _texts(request)))

    async def remove(self, request: Request, wanted: _Source) -> Response:
        return _begun(self._adding.remove(wanted.source, _texts(request)))

    async def change(self, request: Request, change: str) -> Response:
        found = self._adding.changes.find(change)
        words = change_words(found.state, found.stage, found.words, _texts(request))
        share = min(found.done / found.of, 1.0) if found.of else None
        return JSONResponse({"state": found.state, "words": words, "share": share})


def _begun(change: Change) -> Response:
    return JSONResponse({"change": change.id}, 202)


def _texts(request: Request) -> Texts:
    return TEXTS.get(request.query_params.get("language", ""), ENGLISH)


def _refused(words: str, status: int) -> Response:
    return JSONResponse({"problem": words}, status)
