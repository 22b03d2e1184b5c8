"""A PDF that needs a password: the standard handler of PDF 1.1, RC4 with a key of 40 bits (ISO 32000-1, 7.6.3)."""

from __future__ import annotations

import hashlib

from tests.documents import one_page

_PAD = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")
_ID = bytes(range(16))
_ALLOWED = -4


def locked_pdf(words: str, password: str) -> bytes:
    """Return a PDF of one page with these words, which opens with the password alone."""
    key_of = (password.encode() + _PAD)[:32]
    owner = _rc4(hashlib.md5(key_of).digest()[:5], key_of)
    key = hashlib.md5(key_of + owner + _ALLOWED.to_bytes(4, "little", signed=True) + _ID).digest()[:5]
    user = _rc4(key, _PAD)
    drawn = _rc4(
        hashlib.md5(key + (4).to_bytes(3, "little") + bytes(2)).digest()[:10],  # of object 4, generation 0
        f"BT /F1 11 Tf 1 0 0 1 70 760 Tm ({words}) Tj ET".encode("ascii"),
    )
    handler = f"/Filter /Standard /V 1 /R 2 /Length 40 /P {_ALLOWED} /O <{owner.hex()}> /U <{user.hex()}>"
    return one_page(
        drawn,
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        f"<< {handler} >>".encode(),
        trailer=f"/Encrypt 6 0 R /ID [<{_ID.hex()}> <{_ID.hex()}>]",
    )


def _rc4(key: bytes, data: bytes) -> bytes:
    state, j = list(range(256)), 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    out, i, j = bytearray(), 0, 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)
