"""Store visitors' photos and the examples, by token, decoded and within memory bounds."""

from __future__ import annotations

import base64
import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass

from demo.compute.bounds import MemoryLimits
from demo.compute.store import ByteStore
from demo.errors import VisitorError
from demo.page.gallery import GalleryItem, load_gallery
from demo.photo import picture_file
from demo.photo.picture_file import Photo, decode

# A visitor's photo is forgotten after this time without use; the page says so where a link to it is copied.
PHOTO_SECONDS = 24 * 3600


@dataclass
class Kept:
    """A visitor's photo, and the time of its last use, in seconds."""

    photo: Photo
    looked_at: float

    @property
    def nbytes(self) -> int:
        return self.photo.nbytes


class PhotoStore:
    """Visitors' photos and the examples. Every method may be called from any thread.

    Args:
        now: the time in seconds.
    """

    def __init__(self, limits: MemoryLimits, now: Callable[[], float]) -> None:
        self._now = now
        self.gallery = load_gallery()
        self.uploaded: ByteStore[Kept] = ByteStore(limits.photos)
        self.examples: ByteStore[Photo] = ByteStore(limits.examples)
        self._decoding = threading.Semaphore(picture_file.AT_ONCE)

    def add(self, data: bytes) -> str:
        """Store a visitor's picture, and return the token that names it.

        The token depends on the bytes only: nobody without the picture can guess it, and sending the picture again, to
        this server or another one, gives the same token, so that an address with it works again.

        Raises:
            VisitorError: the bytes are no picture this program reads.
        """
        digest = hashlib.sha256(b"attention microscope" + data).digest()
        token = base64.urlsafe_b64encode(digest[:16]).decode().rstrip("=")
        # A class may send the same photo many times: it is decoded once, and the other requests wait for that.
        kept = self.uploaded.get_or_compute(token, lambda: Kept(self._decoded(data), self._now()))
        kept.looked_at = self._now()
        return token

    def get(self, token: str) -> Photo:
        """The picture of a token.

        Raises:
            VisitorError: photo_gone, if it was not used for PHOTO_SECONDS, was evicted, or was never there.
        """
        if token.startswith("example:"):
            item = self._example(token.removeprefix("example:"))
            return self.examples.get_or_compute(item.file, lambda: decode(item.path.read_bytes()))
        kept = self.uploaded.get(token)
        if kept is None or self._now() - kept.looked_at > PHOTO_SECONDS:
            raise VisitorError("photo_gone")
        kept.looked_at = self._now()
        return kept.photo

    def at_hand(self, token: str) -> Photo | None:
        """The picture of a token if it is in memory, decoded; None otherwise."""
        kept = self.uploaded.get(token)
        return kept.photo if kept else self.examples.get(token.removeprefix("example:"))

    def _decoded(self, data: bytes) -> Photo:
        with self._decoding:
            return decode(data)

    def _example(self, file: str) -> GalleryItem:
        for item in self.gallery:
            if item.file == file:
                return item
        raise VisitorError("photo_gone")
