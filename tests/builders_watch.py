"""Watches every opening of files in a folder through the kernel (inotify), whoever opens them."""

import ctypes
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

OPENED = 0x20  # IN_OPEN, of the folder itself and of files in it
_HEAD = struct.Struct("iIII")


@contextmanager
def watched(folder: Path) -> Iterator[list[str]]:
    """Names of what was opened in `folder` while inside, in order; ``.`` is the folder itself.

    C++ code such as pyarrow's raises no audit event of Python's, so the kernel is asked.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    handle = libc.inotify_init1(os.O_NONBLOCK)
    assert handle >= 0
    assert libc.inotify_add_watch(handle, os.fsencode(folder), OPENED) >= 0
    opened: list[str] = []
    try:
        yield opened
        opened += _events(handle)
    finally:
        os.close(handle)


def _events(handle: int) -> Iterator[str]:
    while True:
        try:
            data = os.read(handle, 1 << 16)
        except BlockingIOError:
            return
        while data:
            *_, length = _HEAD.unpack_from(data)
            name = data[_HEAD.size : _HEAD.size + length].rstrip(b"\0").decode()
            yield name or "."
            data = data[_HEAD.size + length :]
