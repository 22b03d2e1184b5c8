"""Writes docs/settings.md from the settings themselves: `python docs/make_settings.py`. A test keeps it true."""

from __future__ import annotations

from pathlib import Path

from app.settings import Settings

_SHOWN = {"": "empty", (): "none", None: "as measured"}
PAGE = Path(__file__).resolve().parent / "settings.md"


def page() -> str:
    """Return the page as it should be."""
    lines = [
        "# Settings",
        "",
        "Flags override environment variables, which override `footnote.toml` in the working folder, which overrides",
        "the defaults. In the file, write the name from the first column: `port = 8000`.",
        "",
        "| setting | variable | default | meaning |",
        "|---|---|---|---|",
    ]
    for name, field in Settings.model_fields.items():
        default = _SHOWN.get(field.default, f"`{field.default}`")
        lines.append(f"| `{name}` | `FOOTNOTE_{name.upper()}` | {default} | {field.description} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
