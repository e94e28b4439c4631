"""What every trace can do: hand out recorded quantities by name, and derive a pattern from queries and keys."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

import torch
from torch import Tensor

from vit_core.attention import attention_scores


class Record:
    """Quantities by trace name (vit_core.names), without a batch dimension."""

    tensors: Mapping[str, Tensor]

    def __getitem__(self, name: str) -> Tensor:
        """A recorded quantity.

        Raises:
            KeyError: it was not kept; the message lists near names.
        """
        if name in self.tensors:
            return self.tensors[name]
        near = difflib.get_close_matches(name, self.tensors, n=3)
        raise KeyError(
            f"{name} is not in this trace; near names: {', '.join(near) or 'none'}; keep_all keeps every name"
        )

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        return sum(tensor.nbytes for tensor in self.tensors.values())

    def scores_at(self, at: str, head: int | None, mask: Tensor | None = None) -> Tensor:
        """The scores of the attention called `at`, as recorded or q·k / sqrt(d_head) again.

        Shapes: mask broadcastable to [query, key] of bool; returns [H, query, key], or without H for one head.

        Raises:
            IndexError: there is no such head.
        """
        if f"{at}.scores" in self.tensors:
            return _of_head(self.tensors[f"{at}.scores"], head)
        return attention_scores(_of_head(self[f"{at}.q"], head), _of_head(self[f"{at}.k"], head), mask)

    def pattern_at(self, at: str, head: int | None, mask: Tensor | None = None) -> Tensor:
        """The weights of the attention called `at`, as recorded or the softmax of its scores. Shapes: as `scores_at`.

        Raises:
            IndexError: there is no such head.
        """
        if f"{at}.pattern" in self.tensors:
            return _of_head(self.tensors[f"{at}.pattern"], head)
        return self.scores_at(at, head, mask).softmax(dim=-1)


def _of_head(x: Tensor, head: int | None) -> Tensor:
    if head is not None and not 0 <= head < len(x):
        raise IndexError(f"head {head} of {len(x)}")
    return x if head is None else x[head]


def ordinary(x: Tensor) -> Tensor:
    """The same numbers as a CPU float32 tensor that gradients may pass, which inference tensors forbid."""
    return torch.from_numpy(x.float().cpu().numpy())
