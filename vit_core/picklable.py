"""A base class for objects that hold read-only mappings, so that they can be copied and pickled."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any


class Picklable:
    """Makes an object picklable and copyable: a read-only mapping, which Python cannot pickle, is stored as a dict."""

    def __getstate__(self) -> dict[str, Any]:
        held = dict(self.__dict__)
        frozen = [name for name, value in held.items() if isinstance(value, MappingProxyType)]
        return {**held, **{name: dict(held[name]) for name in frozen}, "__frozen": frozen}

    def __setstate__(self, state: dict[str, Any]) -> None:
        frozen = state.pop("__frozen")
        self.__dict__.update({**state, **{name: MappingProxyType(state[name]) for name in frozen}})
