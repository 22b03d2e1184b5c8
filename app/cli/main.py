"""The command `footnote`. Errors become one line on standard error and an exit code here, and only here.

Exit codes: 0 done; 1 it could not be done; 2 wrong input (arguments, settings, corpus), a page that is not fetched, or
a full disk; 3 some lines of a batch could not be answered; 130 interrupted.
Heavy modules are imported inside the commands, so that `--help` is quick.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from app import __version__
from app.cli.ask import ask, compare
from app.cli.chat import chat
from app.cli.check import check
from app.cli.doctor import doctor
from app.cli.eval import evaluate
from app.cli.eval_claims import evaluate_claims
from app.cli.feedback import feedback
from app.cli.index import index_app
from app.cli.new import new
from app.cli.options import Home, settings
from app.cli.output import make_log_safe, say
from app.cli.replay import replay
from app.cli.search import search, show
from app.cli.sources import sources_app
from index.errors import FootnoteError

app = typer.Typer(
    help="A chat with an article and its sources. Every statement carries a footnote that can be proved.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

_INTERRUPTED = 130  # 128 + SIGINT, as shells count


def main() -> None:
    """Run a command and turn what it raises into words and an exit code."""
    make_log_safe()
    try:
        code = app(prog_name="footnote", standalone_mode=False)
        if code == _INTERRUPTED:
            say("footnote: interrupted", err=True)
        if isinstance(code, int):  # outside standalone mode typer gives an exit code back as a value
            sys.exit(code)
    except FootnoteError as error:
        say(f"footnote: {error}", err=True)
        sys.exit(error.exit_code)
    except (typer.Abort, KeyboardInterrupt):
        say("footnote: interrupted", err=True)
        sys.exit(_INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output has left; nothing more can be said to it, not even by the interpreter's flush.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:
        if _is_click_usage(error):
            error.show()  # type: ignore[attr-defined]
            sys.exit(2)
        raise


def _is_click_usage(error: Exception) -> bool:
    """Tell whether the argument parser raised `error` (typer may carry its own copy of click)."""
    return hasattr(error, "show") and hasattr(error, "format_message")


def _version(value: bool) -> None:
    if value:
        say(f"footnote {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


def serve(
    host: Annotated[str | None, typer.Option(help="Address to serve on [127.0.0.1].")] = None,
    port: Annotated[int | None, typer.Option(help="Port to serve on [7860]; 0 for any free one.")] = None,
    home: Home = None,
) -> None:
    """Serve the chat in a browser."""
    from app.server import serve as run

    loaded = settings(home=home, host=host, port=port)
    run(loaded, host=loaded.host, port=loaded.port)


for command in (new, ask, compare, check, search, show, chat, serve, replay, feedback, doctor):
    app.command()(command)
app.command("eval")(evaluate)
app.command("eval-claims")(evaluate_claims)
app.add_typer(sources_app, name="sources")
app.add_typer(index_app, name="index")
