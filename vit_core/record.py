"""The base class of all traces: recorded quantities by name, and patterns derived from queries and keys."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

import torch
from torch import Tensor

from vit_core.arguments import described, require_place
from vit_core.attention import attention_scores
from vit_core.lasting import alone, held
from vit_core.trace_files import load_trace, save_trace

R = TypeVar("R", bound="Record")


class Record:
    """Quantities by trace name (vit_core.names), without a batch dimension."""

    tensors: Mapping[str, Tensor]

    def __getitem__(self, name: str) -> Tensor:
        """A recorded quantity.

        Raises:
            KeyError: it was not kept; the message lists similar names.
            TypeError: the name is none.
        """
        if not isinstance(name, str):
            raise TypeError(f"a trace takes the name of a quantity (str), not {described(name)}")
        if name in self.tensors:
            return self.tensors[name]
        near = difflib.get_close_matches(name, self.tensors, n=3)
        raise KeyError(
            f"{name} is not in this trace; near names: {', '.join(near) or 'none'}; keep_all keeps every name"
        )

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write this trace as a .safetensors file, which `load` reads.

        Raises: as `vit_core.trace_files.save_trace`.
        """
        save_trace(self, path)

    @classmethod
    def load(cls: type[R], path: str | os.PathLike[str], *, model: Any = None) -> R:
        """The trace of a file that `save` wrote.

        Args, raises: as `vit_core.trace_files.load_trace`.
        """
        return load_trace(cls, path, model)

    def objections(self) -> Iterator[str]:
        """Check the tensors against the configuration: a sentence for each that does not fit."""
        raise NotImplementedError

    # Copies and pickles hold the tensors themselves, lazily computed ones too, each in memory of its own: a view would
    # include all of the memory it shares.
    def __getstate__(self) -> dict[str, Any]:
        fields = {name: alone(value) if isinstance(value, Tensor) else value for name, value in self.__dict__.items()}
        return {**fields, "tensors": {name: alone(x) for name, x in self.tensors.items()}}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update({**state, "tensors": MappingProxyType(state["tensors"])})

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        return held(self.tensors.values())

    def scores_at(
        self, at: str, head: int | None = None, mask: Tensor | None = None, *, query: int | None = None
    ) -> Tensor:
        """The scores of the attention called `at`, as the pass used them: as recorded or from queries and keys again.

        Args:
            head, query: only this one's. All queries are multiplied all the same: the product of one row alone differs
                in its last bits from the same row of the full product, and the same number would print differently.

        Shapes: returns [H, query, key], without H for one head and without query for one query; mask broadcastable to
            that, of bool.

        Raises:
            IndexError: there is no such head or query.
        """
        if f"{at}.scores" in self.tensors:
            return _one_of(self.tensors[f"{at}.scores"], head, query)
        return self.scores_from_queries(at, head, mask, query=query)

    def scores_from_queries(
        self,
        at: str,
        head: int | None = None,
        mask: Tensor | None = None,
        *,
        query: int | None = None,
        scaled: bool = True,
    ) -> Tensor:
        """The scores of the attention called `at`, computed from queries and keys whatever was recorded.

        Args, shapes, raises: as `scores_at`; mask and scaled as `attention_scores`.
        """
        q, k = (_one_of(self[f"{at}.{which}"], head) for which in "qk")
        if query is not None:
            require_place("query", query, q.shape[-2])
        scores = attention_scores(q, k, mask, scaled=scaled)
        return scores if query is None else scores[..., query, :]

    def pattern_at(
        self, at: str, head: int | None = None, mask: Tensor | None = None, *, query: int | None = None
    ) -> Tensor:
        """The weights of the attention called `at`, as recorded or the softmax of its scores.

        Args, shapes, raises: as `scores_at`.
        """
        if f"{at}.pattern" in self.tensors:
            return _one_of(self.tensors[f"{at}.pattern"], head, query)
        return self.scores_at(at, head, mask, query=query).softmax(dim=-1)


def _one_of(x: Tensor, head: int | None, query: int | None = None) -> Tensor:
    """One head, one query or both of an attention's quantity. Shapes: [H, query, ...] without the selected axes."""
    for what, one, count in (("head", head, x.shape[0]), ("query", query, x.shape[1])):
        if one is not None:
            require_place(what, one, count)
    x = x if query is None else x[:, query]
    return x if head is None else x[head]


def ordinary(x: Tensor) -> Tensor:
    """A tensor as float32 on the CPU that can take part in gradients, as inference tensors cannot."""
    return torch.from_numpy(x.float().cpu().numpy())
