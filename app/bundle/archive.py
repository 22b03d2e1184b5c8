"""A zip written with the same bytes for the same members, and a zip from a stranger read without trusting it.

Nothing is ever written to disk from a zip. Format: PKWARE APPNOTE 6.3; section numbers below are its.
"""

from __future__ import annotations

import io
import os
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from index.errors import UsageError

MIB = 1 << 20
MAX_FILE = 64 * MIB  # of the zip itself
MAX_MEMBERS = 5_000
MAX_MEMBER = 32 * MIB  # of one member, unpacked
MAX_TOTAL = 128 * MIB  # of all members, unpacked
_MAX_DIRECTORY = MAX_MEMBERS * 400  # bytes of the list of members: names here are short
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,230}(?:/[A-Za-z0-9][A-Za-z0-9._@-]{0,230})?")
_END = struct.Struct("<4s4H2LH")  # 4.3.16, end of central directory record
_ZIP64_LOCATOR = b"PK\x06\x07"  # 4.3.15
_ZIP64_LOCATOR_SIZE = 20  # bytes, right before the end record
_ENCRYPTED = 0x1  # 4.4.4, bit 0
_READ_ERRORS = (zipfile.BadZipFile, zlib.error, struct.error, ValueError, NotImplementedError, EOFError, OSError)


def write_zip(members: Mapping[str, bytes], made: datetime) -> bytes:
    """Return a zip of `members` in order, each dated `made` (UTC). Raises UsageError if `read_zip` would refuse it."""
    if len(members) > MAX_MEMBERS or sum(map(len, members.values())) > MAX_TOTAL:
        raise UsageError(f"a bundle holds at most {MAX_MEMBERS} files and {MAX_TOTAL // MIB} MiB; save fewer answers")
    date = max(made.timetuple()[:6], (1980, 1, 1, 0, 0, 0))  # the format knows no earlier date
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as file:
        for name, content in members.items():
            if not _NAME.fullmatch(name) or len(content) > MAX_MEMBER:
                raise UsageError(f"'{name}' cannot go into a bundle because of its name or size ({len(content)} bytes)")
            info = zipfile.ZipInfo(name, date)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3  # Unix, whatever the machine, so that the bytes are the same
            info.external_attr = 0o100644 << 16
            file.writestr(info, content)
    return out.getvalue()


def read_zip(data: bytes) -> dict[str, bytes]:
    """Return the members of a zip by name, in memory.

    Raises UsageError for anything but a plain zip of plain files within the limits above: no damage, no member
    twice, no name that leads elsewhere, no encryption. Sizes are counted while unpacking, never believed.
    """
    if len(data) > MAX_FILE:
        raise _refused(f"it is larger than {MAX_FILE // MIB} MiB")
    _check_directory(data)
    members: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            total = 0
            if len(file.infolist()) > MAX_MEMBERS:  # the end record may say fewer
                raise _refused(f"it has more than {MAX_MEMBERS} members")
            for info in file.infolist():
                if info.is_dir() and not info.file_size and _NAME.fullmatch(info.orig_filename.removesuffix("/")):
                    continue
                _check_member(info, members)
                members[info.filename] = _unpacked(file, info, min(MAX_MEMBER, MAX_TOTAL - total))
                total += len(members[info.filename])
    except _READ_ERRORS as error:
        raise _refused("the zip is damaged") from error
    return members


def member_names(path: Path) -> frozenset[str]:
    """Return the names that a zip lists, unpacking nothing; none for a file that `read_zip` refuses by size or list, or
    that cannot be read.
    """
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            if size > MAX_FILE:
                return frozenset()
            file.seek(max(0, size - _END.size - _ZIP64_LOCATOR_SIZE))
            _check_directory(file.read())
            with zipfile.ZipFile(file) as whole:
                return frozenset(whole.namelist())
    except (UsageError, *_READ_ERRORS):
        return frozenset()


def _refused(why: str) -> UsageError:
    return UsageError(f"this is no bundle of Footnote's: {why}; take the file as it was saved or sent")


def _check_directory(data: bytes) -> None:
    """Check, before anything is unpacked, that the list of members is small: zipfile reads it whole.

    zipfile takes the last 22 bytes for the end record if they look like one without a comment, so it reads
    the very record that is checked here.
    """
    if len(data) < _END.size or data[-_END.size :][:4] != b"PK\x05\x06":
        raise _refused("it is no zip file, or one with something behind its end")
    _, _, _, _, count, size, _, comment = _END.unpack(data[-_END.size :])
    if comment or data[-_END.size - _ZIP64_LOCATOR_SIZE :][:4] == _ZIP64_LOCATOR:
        raise _refused("it is a zip of a kind that Footnote does not write")
    if count > MAX_MEMBERS or size > _MAX_DIRECTORY:
        raise _refused(f"it has more than {MAX_MEMBERS} members")


def _check_member(info: zipfile.ZipInfo, members: Mapping[str, bytes]) -> None:
    name = info.orig_filename
    if not _NAME.fullmatch(name) or name != info.filename:
        raise _refused(f"it has a member named {ascii(name)[:80]}")
    if name in members:
        raise _refused(f"it has the member '{name}' twice")
    if info.flag_bits & _ENCRYPTED or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise _refused(f"its member '{name}' is encrypted or packed in an unusual way")


def _unpacked(file: zipfile.ZipFile, info: zipfile.ZipInfo, limit: int) -> bytes:
    with file.open(info) as member:
        content = member.read(limit + 1)
    if len(content) > limit:
        raise _refused(f"its member '{info.filename}' unpacks to more than a bundle may hold")
    return content
