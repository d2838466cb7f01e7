"""Messages between the processes of a store: one byte of kind, four of length, then so many bytes."""

from __future__ import annotations

import struct
from typing import IO

ASK = b"Q"  # a request as JSON
HEAD = b"H"  # the media type of the result
DATA = b"D"  # a part of the result
END = b"E"  # JSON: how it ended, and whether the process takes another request

_PREFIX = struct.Struct("!cI")


def frame(kind: bytes, payload: bytes) -> bytes:
    """A message as it goes over the wire."""
    return _PREFIX.pack(kind, len(payload)) + payload


def read(stream: IO[bytes]) -> tuple[bytes, bytes]:
    """Kind and payload of the next message. Raises EOFError where the other end has gone."""
    prefix = stream.read(_PREFIX.size)
    if len(prefix) < _PREFIX.size:
        raise EOFError
    kind, length = _PREFIX.unpack(prefix)
    payload = stream.read(length)
    if len(payload) < length:
        raise EOFError
    return kind, payload
