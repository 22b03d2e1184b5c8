"""Settings: flags override `FOOTNOTE_*` variables, which override `footnote.toml`, which overrides the defaults."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from index.errors import UsageError
from index.rerank.reranker import Caution
from index.settings import IndexSettings

CONFIG_FILE = "footnote.toml"


class Settings(BaseSettings, IndexSettings):
    """Everything that can be set: the index's settings and those of the answers and the server."""

    model_config = SettingsConfigDict(env_prefix="FOOTNOTE_", toml_file=CONFIG_FILE, frozen=True, extra="forbid")

    hits: int = Field(10, ge=1, le=100, description="passages retrieved for an answer")
    nearest: int = Field(3, ge=0, le=10, description="passages shown when the sources do not answer")
    caution: Caution = Field(
        Caution.BALANCED,
        description="how sure an answer must be: 'cautious' refuses more, 'generous' less (docs/quality.md has the "
        "cost of each)",
    )
    host: str = Field("127.0.0.1", description="address to serve on")
    port: int = Field(7860, ge=0, le=65535, description="port to serve on; 0: any free one")
    hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="further host names to answer to, as behind a proxy: 'a.example,b.example', in the file a list; "
        "without one, only localhost, 127.0.0.1, [::1] and `host`",
    )

    @field_validator("hosts", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        return tuple(filter(None, map(str.strip, value.split(",")))) if isinstance(value, str) else value

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
    """Load the settings with `flags` on top; a flag that is None is ignored. Raises UsageError with the name."""
    try:
        return Settings(**{name: value for name, value in flags.items() if value is not None})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = ".".join(map(str, first["loc"]))
        raise UsageError(
            f"setting '{name}': {first['msg']}, got {first['input']!r}; "
            f"check the flag, FOOTNOTE_{name.upper()} and {CONFIG_FILE}"
        ) from None
    except ValueError as error:  # tomllib's error on a file that is not TOML
        raise UsageError(f"{CONFIG_FILE}: {error}; fix or remove the file") from None
