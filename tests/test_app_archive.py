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
from app.bundle.write import pack
from app.settings import Settings
from index.errors import UsageError
from tests.answers import answer_of, harbour
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


def test_a_name_that_ends_at_a_nul_is_refused() -> None:
    data = zipped({"a.txt": b"x", "b.txtQ../x": b"y"}).replace(b"b.txtQ../x", b"b.txt\x00../x")
    with pytest.raises(UsageError, match="a member named"):
        read_zip(data)


def test_a_name_that_is_written_twice_is_refused() -> None:
    data = zipped({"a.txt": b"one", "b.txt": b"two"}).replace(b"b.txt", b"a.txt")
    with pytest.raises(UsageError, match=r"the member 'a\.txt' twice"):
        read_zip(data)


def test_a_record_that_says_another_name_than_the_list_is_damage() -> None:
    data = zipped({"a.txt": b"one"}).replace(b"a.txt", b"b.txt", 1)
    with pytest.raises(UsageError, match="damaged"):
        read_zip(data)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_unusual_packing_is_refused(method: int) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as file:
        file.writestr("a.txt", b"x" * 100)
    with pytest.raises(UsageError, match="packed in an unusual way"):
        read_zip(out.getvalue())


def test_an_encrypted_member_is_refused() -> None:
    data = bytearray(PLAIN)
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    with pytest.raises(UsageError, match="encrypted"):
        read_zip(bytes(data))


def test_a_bomb_costs_little(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = zipped({"a.txt": bytes(40 * MIB)})
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


def test_a_bomb_that_lies_about_its_size_is_damage() -> None:
    data = bytearray(zipped({"a.txt": bytes(40 * MIB)}))
    for signature, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):  # APPNOTE 4.3.7 and 4.3.12: uncompressed size
        place = data.index(signature) + at
        data[place : place + 4] = struct.pack("<L", 10)
    with pytest.raises(UsageError, match="damaged"):
        read_zip(bytes(data))


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
    with pytest.raises(UsageError, match="cannot stand in a bundle"):
        write_zip({"../a": b""}, MADE)
    monkeypatch.setattr(archive, "MAX_TOTAL", 10)
    with pytest.raises(UsageError, match="save fewer answers"):
        write_zip({"a": b"12345678901"}, MADE)


ARTICLE, NOTE = harbour()
BUNDLE = pack(
    [answer_of("How many?", [(ARTICLE, "The yard built forty ships in 1912."), (NOTE, NOTE.text)])],
    [ARTICLE, NOTE], Settings(), "Ships", made=MADE,
)  # fmt: skip
QUOTES = replay(BUNDLE).quotes


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(BUNDLE) - 1), st.integers(0, 255)), min_size=1, max_size=6))
def test_damaged_bytes_never_prove_other_words(flips: list[tuple[int, int]]) -> None:
    """Whatever is flipped, the check ends in a result or one plain error, and never vouches for other words."""
    data = bytearray(BUNDLE)
    for at, value in flips:
        data[at] = value
    try:
        found = replay(bytes(data))
    except UsageError:
        return
    if found.ok:
        assert found.quotes == QUOTES


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(BUNDLE) - 1), st.integers(0, len(BUNDLE) - 1), st.binary(max_size=30))
def test_a_bundle_cut_and_pasted_never_proves_other_words(first: int, second: int, between: bytes) -> None:
    try:
        found = replay(BUNDLE[:first] + between + BUNDLE[second:])
    except UsageError:
        return
    if found.ok:
        assert found.quotes == QUOTES
