"""The console that every table and coloured line goes through."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from app.render.visible import terminal_safe


class SafeConsole(Console):
    """Prints what Footnote formats and lets nothing of a text steer the terminal."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Yield the segments of `renderable`, their texts made safe; colours and moves are Rich's own."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(terminal_safe(segment.text), segment.style)
