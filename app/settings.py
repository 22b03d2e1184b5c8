"""Settings: flags > environment (`FOOTNOTE_*`) > `footnote.toml` > defaults."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from index.errors import UsageError
from index.settings import BUNDLED_MODEL, IndexSettings

CONFIG_FILE = "footnote.toml"


class Settings(BaseSettings):
    """Everything that can be set. Thresholds are measured by `footnote eval --curve`; see docs/quality.md."""

    model_config = SettingsConfigDict(env_prefix="FOOTNOTE_", toml_file=CONFIG_FILE, frozen=True, extra="forbid")

    home: Path = Field(Path(".footnote"), description="folder for everything that is generated")
    corpus: Path = Field(Path("corpus"), description="folder with article.md and sources/*.md")
    model: str = Field(
        BUNDLED_MODEL,
        description="embedding model: 'bundled' (all-MiniLM-L6-v2), a sentence-transformers name or a folder",
    )
    backend: str = Field("onnx", pattern="^(onnx|sentence-transformers)$", description="what computes embeddings")
    passage_tokens: int = Field(160, ge=32, le=8192, description="a passage's target length in tokens")
    store_url: str = Field("", description="URL of a Chroma server; empty: an embedded directory")
    hits: int = Field(10, ge=1, le=100, description="passages kept of a search for an answer")
    nearest: int = Field(3, ge=0, le=10, description="passages shown when the sources do not answer")
    answer_threshold: float = Field(
        0.03,
        ge=0,
        le=1,
        description="probability that the best sentence answers, below which Footnote refuses",
    )
    host: str = Field("127.0.0.1", description="address to serve on")
    port: int = Field(7860, ge=0, le=65535, description="port to serve on; 0: any free one")

    @property
    def index(self) -> IndexSettings:
        return IndexSettings.model_validate({name: getattr(self, name) for name in IndexSettings.model_fields})

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def load_settings(**flags: Any) -> Settings:
    """Settings with `flags` on top; a flag that is None is not given. Raises UsageError by name."""
    try:
        return Settings(**{name: value for name, value in flags.items() if value is not None})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = ".".join(map(str, first["loc"]))
        raise UsageError(
            f"setting '{name}': {first['msg']}, got {first['input']!r}; "
            f"it may come from a flag, from FOOTNOTE_{name.upper()} or from {CONFIG_FILE}"
        ) from None
    except ValueError as error:  # tomllib's error on a file that is not TOML
        raise UsageError(f"{CONFIG_FILE}: {error}; mend or remove the file") from None
