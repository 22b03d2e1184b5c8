"""The base of every record that is validated or written as JSON."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """A frozen record. Validation refuses a field that the record does not have."""

    model_config = ConfigDict(frozen=True, extra="forbid")
