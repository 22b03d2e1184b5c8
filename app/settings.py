"""Settings: flags override `FOOTNOTE_*` variables, which override `footnote.toml`, which overrides the defaults."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import urlsplit

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
_MAY_HOLD_A_SECRET = ("llm_url", "llm_key")  # what was given is not repeated in an error


class ReplyFormat(StrEnum):
    """How a language model is asked to reply."""

    AUTO = "auto"
    JSON = "json"
    LINES = "lines"


class Doubted(StrEnum):
    """Where a model's statements stand that no quotation bears out."""

    LAST = "last"
    NEVER = "never"


class AddSources(StrEnum):
    """Who may add and remove sources in the browser."""

    LOCAL = "local"
    ALL = "all"
    NOBODY = "nobody"


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
    fetch_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="hosts that pages may be fetched from although they are in a private network or on this "
        "machine: 'wiki.intern,127.0.0.1', in the file a list",
    )
    fetch_seconds: float = Field(60.0, gt=0, le=3600, description="seconds that fetching one page may take, at most")
    add_sources: AddSources = Field(
        AddSources.LOCAL,
        description="who may add and remove sources in the browser: 'local', a browser on this machine while `host` is "
        "this machine alone and `hosts` names no other; 'all', everybody who reaches the page; 'nobody'",
    )

    llm_url: str = Field(
        "",
        description="address of a server of language models with OpenAI's interface, '/v1' included: "
        "'http://127.0.0.1:11434/v1'; empty: answers are made of quotations. A key is read from the variable "
        "`FOOTNOTE_LLM_KEY` and nowhere else",
    )
    llm_model: str = Field("", description="the model to ask, as its server names it")
    llm_window: int = Field(
        4096, ge=512, le=10_000_000, description="tokens that the model takes, its reply included (`footnote doctor`)"
    )
    llm_tokens: int = Field(700, ge=50, le=100_000, description="tokens of a reply, at most")
    llm_first: float = Field(60.0, gt=0, le=3600, description="seconds until the first word of a reply, at most")
    llm_whole: float = Field(180.0, gt=0, le=3600, description="seconds for a whole reply, at most")
    llm_format: ReplyFormat = Field(
        ReplyFormat.AUTO,
        description="how the model replies: 'json' (held to a schema by its server), 'lines' (plain, for servers and "
        "small models that manage no JSON), 'auto': JSON unless the server refuses it",
    )
    llm_doubted: Doubted = Field(
        Doubted.LAST,
        description="where the model's statements go that no quotation bears out as they stand: 'last', grey and "
        "labelled, or 'never' shown",
    )

    @field_validator("llm_url")
    @classmethod
    def _plain_address(cls, url: str) -> str:
        """Take no address that holds a secret: it would stand in a file, a log or a list of processes."""
        if not url:
            return url
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("write it as http://HOST:PORT/v1 or https://HOST/v1")
        if parts.username or parts.password or parts.query or parts.fragment:
            raise ValueError("leave out user, password and everything behind '?'; a key goes into FOOTNOTE_LLM_KEY")
        return url.rstrip("/")

    @field_validator("hosts", "fetch_hosts", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        return tuple(filter(None, map(str.strip, value.split(",")))) if isinstance(value, str) else value

    @field_validator("fetch_hosts")
    @classmethod
    def _names_alone(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        for host in hosts:
            if "/" in host or (host.count(":") == 1):
                raise ValueError("write names of hosts alone, without 'http://' and port")
        return hosts

    @property
    def asks_a_model(self) -> bool:
        """Whether a language model is set up."""
        return bool(self.llm_url and self.llm_model)

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
        if name == "llm_key":
            raise UsageError(
                "setting 'llm_key': a key is read from the environment variable FOOTNOTE_LLM_KEY only; "
                f"take it out of {CONFIG_FILE}, and have a new one made if others could read that file"
            ) from None
        wrong = first["msg"].removeprefix("Value error, ")
        given = "" if name in _MAY_HOLD_A_SECRET else f", got {first['input']!r}"
        raise UsageError(
            f"setting '{name}': {wrong}{given}; check the flag, FOOTNOTE_{name.upper()} and {CONFIG_FILE}"
        ) from None
    except ValueError as error:  # tomllib's error on a file that is not TOML
        raise UsageError(f"{CONFIG_FILE}: {error}; fix or remove the file") from None
