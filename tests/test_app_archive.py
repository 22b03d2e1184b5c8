"""Zips from strangers: bombs, tricks with names and records, damage. Each ends in one plain error, in memory."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zipfile
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.bundle import archive
from app.bundle.archive import MIB, read_zip, write_zip
from app.bundle.replay import replay
from index.errors import UsageError
from tests.answers import BUNDLE
from tests.zips import zipped

MADE = datetime(2026, 11, 25, tzinfo=UTC)
PLAIN = write_zip({"a.txt": b"words", "b/c.json": b"{}"}, MADE)
END = 22  # bytes of the record at a zip's end


def test_what_is_written_is_read_again() -> None:
    assert read_zip(PLAIN) == {"a.txt": b"words", "b/c.json": b"{}"}
    assert write_zip({"a.txt": b"words", "b/c.json": b"{}"}, MADE) == PLAIN
    assert write_zip({"a.txt": b""}, datetime(1960, 1, 1, tzinfo=UTC))
    with zipfile.ZipFile(io.BytesIO(PLAIN)) as file:
        assert file.testzip() is None
        assert {(i.date_time, i.external_attr >> 16) for i in file.infolist()} == {((2026, 11, 25, 0, 0, 0), 0o100644)}


def test_folders_of_a_zip_made_by_other_programs_are_passed_over() -> None:
    assert read_zip(zipped({"b/": b"", "b/c.json": b"{}"})) == {"b/c.json": b"{}"}


@pytest.mark.parametrize(
    "name",
    ["../a", "a/../b", "/a", "//a", "a/b/c", "C:\\a", "a\\b", "..", ".", ".hidden", "a/.b", "__MACOSX/._a", "\u202ea",
     "a b", "a\x1b[2J", "x" * 300, "-a", "b/../", "тест"],
)  # fmt: skip
def test_a_name_that_leads_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="it has a member named") as caught:
        read_zip(zipped({"a.txt": b"", name: b"x"}))
    assert str(caught.value).isprintable()


def packed(method: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as file:
        file.writestr("a.txt", b"x" * 100)
    return out.getvalue()


def patched(data: bytes, *at: tuple[bytes, int, bytes]) -> bytes:
    """`data` with bytes of its records overwritten: (signature, offset, new)."""
    mended = bytearray(data)
    for signature, offset, new in at:
        place = data.index(signature) + offset
        mended[place : place + len(new)] = new
    return bytes(mended)


ONE, TEN = zipped({"a.txt": b"one"}), struct.pack("<L", 10)
HUGE = {"a.txt": bytes(40 * MIB)}
# Offsets of flags and sizes: APPNOTE 4.3.7 and 4.3.12.
TRICKS = {
    "a name that ends at a NUL": (
        zipped({"a.txt": b"x", "b.txtQ../x": b"y"}).replace(b"b.txtQ../x", b"b.txt\x00../x"), "a member named"
    ),
    "a name that is written twice": (
        zipped({"a.txt": b"one", "b.txt": b"two"}).replace(b"b.txt", b"a.txt"), r"the member 'a\.txt' twice"
    ),
    "a record that says another name than the list": (ONE.replace(b"a.txt", b"b.txt", 1), "damaged"),
    "bzip2": (packed(zipfile.ZIP_BZIP2), "packed in an unusual way"),
    "lzma": (packed(zipfile.ZIP_LZMA), "packed in an unusual way"),
    "an encrypted member": (patched(PLAIN, (b"PK\x01\x02", 8, b"\x01")), "encrypted"),
    "a bomb that lies about its size": (
        patched(zipped(HUGE), (b"PK\x03\x04", 22, TEN), (b"PK\x01\x02", 24, TEN)), "damaged"
    ),
}  # fmt: skip


@pytest.mark.parametrize("trick", TRICKS)
def test_a_trick_is_refused(trick: str) -> None:
    data, message = TRICKS[trick]
    with pytest.raises(UsageError, match=message):
        read_zip(data)


def test_a_bomb_costs_little(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = zipped(HUGE)
    assert len(bomb) < MIB
    tracemalloc.start()
    with pytest.raises(UsageError, match="unpacks to more than a bundle may hold"):
        read_zip(bomb)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100 * MIB
    monkeypatch.setattr(archive, "MAX_TOTAL", 3 * MIB)
    many = zipped({f"{n}.txt": bytes(MIB) for n in range(10)})
    with pytest.raises(UsageError, match=r"'3\.txt' unpacks to more"):
        read_zip(many)


def test_members_that_share_their_bytes_do_not_add_up_unnoticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bomb of overlapping members: one packed block listed many times under many names."""
    monkeypatch.setattr(archive, "MAX_TOTAL", 5 * MIB)
    one = zipped({"0001.txt": bytes(MIB)})
    start = one.index(b"PK\x01\x02")
    entry, body = one[start:-END], one[:start]
    listed = b"".join(entry.replace(b"0001.txt", b"%04d.txt" % n) for n in range(1, 200))
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 199, 199, len(listed), len(body), 0)
    with pytest.raises(UsageError, match=r"damaged|unpacks to more"):
        read_zip(body + listed + end)


def test_too_many_members_are_refused_before_they_are_listed() -> None:
    crowd = zipped({f"{n}.txt": b"" for n in range(archive.MAX_MEMBERS + 1)})
    with pytest.raises(UsageError, match="more than 5000 members"):
        read_zip(crowd)
    end = bytearray(crowd[-END:])
    end[8:12] = struct.pack("<2H", 1, 1)  # says that it lists one
    with pytest.raises(UsageError, match="more than 5000 members"):
        read_zip(crowd[:-END] + bytes(end))
    assert len(read_zip(zipped({f"{n}.txt": b"" for n in range(archive.MAX_MEMBERS)}))) == archive.MAX_MEMBERS


def test_a_long_list_of_few_members_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for n in range(60):
            info = zipfile.ZipInfo(f"{n}.txt")
            info.comment = b"x" * 60_000
            file.writestr(info, b"")
    with pytest.raises(UsageError, match="more than 5000 members"):
        read_zip(out.getvalue())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK",
        b"words " * 100,
        PLAIN[:-1],
        PLAIN[: len(PLAIN) // 2],
        PLAIN + b"behind",
        PLAIN[:-2] + b"\x07\x00comment",
        PLAIN[: -END - 5] + PLAIN[-END:],
        PLAIN[:-END] + b"PK\x06\x07" + bytes(16) + PLAIN[-END:],
        PLAIN[:-END] + b"PK\x06\x06" + bytes(52) + b"PK\x06\x07" + bytes(16) + PLAIN[-END:],
        b"PK\x05\x06" + b"\xff" * 18,
        PLAIN.replace(zlib.compress(b"words", wbits=-15), b"\xff" * len(zlib.compress(b"words", wbits=-15))),
    ],
)  # fmt: skip
def test_what_is_no_plain_zip_is_refused(data: bytes) -> None:
    with pytest.raises(UsageError, match="no bundle of Footnote's"):
        read_zip(data)


def test_a_file_of_more_than_the_limit_is_not_read_at_all(tmp_path: Path) -> None:
    path = tmp_path / "huge.zip"
    with path.open("wb") as file:
        file.truncate(10 * 1024 * MIB)  # sparse: takes no room on the disk
    with pytest.raises(UsageError, match="larger than 64 MiB"):
        replay(path)


def test_what_would_be_refused_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="cannot go into a bundle"):
        write_zip({"../a": b""}, MADE)
    monkeypatch.setattr(archive, "MAX_TOTAL", 10)
    with pytest.raises(UsageError, match="save fewer answers"):
        write_zip({"a": b"12345678901"}, MADE)


def flipped(flips: list[tuple[int, int]]) -> bytes:
    data = bytearray(BUNDLE)
    for at, value in flips:
        data[at] = value
    return bytes(data)


QUOTES = replay(BUNDLE).quotes
SPOTS = st.integers(0, len(BUNDLE) - 1)


@pytest.mark.slow
@settings(max_examples=400, deadline=None)
@given(
    st.one_of(
        st.lists(st.tuples(SPOTS, st.integers(0, 255)), min_size=1, max_size=6).map(flipped),
        st.builds(lambda first, second, between: BUNDLE[:first] + between + BUNDLE[second:], SPOTS, SPOTS,
                  st.binary(max_size=30)),
    )
)  # fmt: skip
def test_a_bundle_damaged_or_cut_and_pasted_never_proves_other_words(data: bytes) -> None:
    """Whatever was done to it, the check ends in a result or one plain error, and never vouches for other words."""
    try:
        found = replay(data)
    except UsageError:
        return
    assert not found.ok or found.quotes == QUOTES
