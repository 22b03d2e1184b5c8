"""The web server: the chat at '/', what it is at '/about', `/health` for those who watch over it."""

from __future__ import annotations

import ipaddress
import socket
import sys
from functools import partial

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from app.adding.pages import PageFetcher
from app.adding.routes import UPLOAD, routes
from app.adding.service import Adding
from app.chat.assets import BASE, FILES, ICON, asset
from app.chat.session.engine import ChatEngine, EngineProvider
from app.middleware import AllowedHosts, AnswerHeaders, BodyLimit, ErrorWords, HostCheck
from app.render.own_page import ABOUT, about_html
from app.render.visible import visible
from app.settings import Settings
from app.words.languages import ENGLISH, TEXTS
from index.errors import FootnoteError, UsageError

# Gradio's page needs inline scripts and evaluates its own templates; all of it comes from this server.
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)
_HEADERS = (
    (b"content-security-policy", _POLICY.encode()),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)
_PATIENCE = 2  # seconds that open streams get to end after Ctrl-C


def create_app(settings: Settings, engine: ChatEngine | None = None) -> FastAPI:
    """Make the application. Without `engine` the index is opened when it is first needed.

    Works without an index too: the page and `/health` then say what to do.
    """
    provider = EngineProvider(partial(_open_engine, settings), engine)
    app = FastAPI(title="Footnote", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.provider = provider
    app.state.adding = Adding(settings.index, PageFetcher(settings))
    app.include_router(routes(settings, app.state.adding))
    app.add_middleware(ErrorWords)
    app.add_middleware(BodyLimit, streamed=(UPLOAD,))
    app.add_middleware(HostCheck, allowed=AllowedHosts.of(settings.host, settings.hosts))
    app.add_middleware(AnswerHeaders, headers=_HEADERS)  # outermost: refusals carry them too

    @app.get("/health")
    def health() -> JSONResponse:
        return _health(provider)

    from app.chat.blocks import accepted, not_found
    from app.chat.layout import mount_chat  # gradio takes seconds to import

    @app.get(BASE + "/{name}")
    def static(request: Request, name: str) -> Response:
        if name not in FILES:
            return not_found(request.headers)
        return Response(asset(name), media_type=FILES[name], headers={"Cache-Control": "no-cache"})

    @app.get("/favicon.ico")
    def icon() -> Response:
        return Response(asset(ICON), media_type=FILES[ICON])

    @app.get(ABOUT)
    def about(request: Request, language: str = "") -> HTMLResponse:
        texts = TEXTS.get(language) or accepted(request.headers)
        return HTMLResponse(about_html([*TEXTS.values()], texts, with_model=bool(settings.llm_url)))

    return mount_chat(app, provider, settings)


def _open_engine(settings: Settings) -> ChatEngine:
    from app.engine import Engine

    engine = Engine.open(settings)
    engine.warm()
    return engine


def _health(provider: EngineProvider) -> JSONResponse:
    """Answer 200 with what is served; 503 with words when there is nothing to answer from."""
    from app.chat.session.problems import problem_words

    try:
        engine = provider.engine()
        body = {
            "status": "ok",
            "generation": engine.generation,
            "sources": len(engine.sources()),
            "passages": engine.manifest.passages,
        }
    except Exception as error:  # noqa: BLE001 - a health check answers, whatever is wrong; logged in problem_words
        return JSONResponse({"status": "unavailable", "problem": problem_words(error, ENGLISH)}, status_code=503)
    return JSONResponse(body)


class _Server(uvicorn.Server):
    """Says where it listens once it does, and does not wait for pages that are still open.

    Closes the index itself: uvicorn ends the process with the signal that stopped it, and nothing runs after that.
    """

    def __init__(self, config: uvicorn.Config, address: str, provider: EngineProvider, adding: Adding) -> None:
        super().__init__(config)
        self.address, self.provider, self.adding = address, provider, adding

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            print(f"Footnote is at {self.address} (Ctrl-C stops it)", flush=True)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # An open page holds a stream that never ends of itself; cancelling its task would print a traceback.
        for connection in list(self.server_state.connections):
            connection.transport.close()
        await super().shutdown(sockets)
        self.adding.close()
        self.provider.close()


def serve(settings: Settings, host: str = "127.0.0.1", port: int = 7860) -> None:
    """Serve until Ctrl-C. `port` 0 takes any free one.

    Raises UsageError if the address cannot be had. Opens and warms the engine before it listens, so that
    the first question is as fast as the next; without an index it still serves, and says so.
    """
    listener = _listen(host, port)
    try:
        if not ipaddress.ip_address(listener.getsockname()[0]).is_loopback:
            print(_warning(host, listener.getsockname()[1]), file=sys.stderr, flush=True)
        app = create_app(settings.model_copy(update={"host": host}))
        try:
            app.state.provider.engine()
        except FootnoteError as error:
            print(visible(f"{error}\nThe page will say so too; it works as soon as this is mended."), flush=True)
        config = uvicorn.Config(
            app, log_level="warning", access_log=False, timeout_graceful_shutdown=_PATIENCE, lifespan="on"
        )
        address = _address(host, listener.getsockname()[1])
        _Server(config, address, app.state.provider, app.state.adding).run(sockets=[listener])
    except KeyboardInterrupt:
        print("Stopped.", flush=True)
    finally:
        listener.close()


def _listen(host: str, port: int) -> socket.socket:
    """Return a socket bound to the address, so that a taken port is known before anything is loaded."""
    try:
        family, kind, proto, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise UsageError(f"--host {host}: no such address here ({error.strerror})") from None
    listener = socket.socket(family, kind, proto)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen()
    except OSError as error:
        listener.close()
        raise UsageError(
            f"cannot listen on {host} port {port} ({error.strerror}); "
            "stop what uses it or name another with --port (0 takes any free one)"
        ) from None
    return listener


def _warning(host: str, port: int) -> str:
    """Say what it means to listen on an address that others can reach."""
    lines = (
        f"WARNING: with --host {host} Footnote listens beyond this machine, and nothing protects it.",
        f"Everybody who can reach port {port} of this machine can read the article and every source,",
        "ask questions and leave feedback. There is no password, and nothing is encrypted on the way.",
        "To keep it to yourself, stop it (Ctrl-C) and leave out --host. To share it, put a proxy with",
        "a sign-in and TLS before it, and name that proxy's host in the setting 'hosts'.",
    )
    frame = "!" * max(map(len, lines))
    return "\n".join((frame, *lines, frame))


def _address(host: str, port: int) -> str:
    """Return the address that a browser on this machine opens."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{port}"
