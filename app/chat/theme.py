"""Gradio's theme with fonts of the reader's own machine: nothing is fetched from elsewhere."""

from __future__ import annotations

from gradio.themes import Base
from gradio.themes.utils import fonts

SANS = ("-apple-system", "BlinkMacSystemFont", "Segoe UI", "Roboto", "Liberation Sans", "Arial", "sans-serif")
MONO = ("ui-monospace", "SFMono-Regular", "Menlo", "DejaVu Sans Mono", "monospace")


def theme() -> Base:
    """Make the base theme on paper: colours of surfaces follow chat.css, in light and dark."""
    base = Base(font=[fonts.Font(f) for f in SANS], font_mono=[fonts.Font(f) for f in MONO])
    base.set(
        body_background_fill="#faf9f6",
        body_background_fill_dark="#17181b",
        body_text_color="#22211e",
        body_text_color_dark="#e7e4dd",
    )
    return base
