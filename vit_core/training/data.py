"""Prepare sentence pairs for training: as ids, some of them joined, in batches of similar length, in a seeded order.

A batch depends only on the seed, the epoch and its index, so that a run can be resumed, and two models can be trained
on the same sentences in the same order.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from vit_core.masks import padding

Encode = Callable[[str], list[int]]


class Pair(NamedTuple):
    """One sentence in both languages as token ids, the end token last."""

    source: tuple[int, ...]
    target: tuple[int, ...]

    def joined(self, other: Pair) -> Pair:
        """Both pairs joined into one, with a single end token."""
        return Pair(self.source[:-1] + other.source, self.target[:-1] + other.target)

    @property
    def longer(self) -> int:
        """Tokens of the longer side."""
        return max(len(self.source), len(self.target))


@dataclass(frozen=True)
class Batch:
    """A batch of pairs as padded tensors.

    Attributes:
        source: [B, S] of int, padded at the end.
        given: [B, T] of int, the decoder's input: the start token, then the target.
        wanted: [B, T] of int, the token to predict in each row; NOTHING where there is none.
        source_mask, given_mask: [B, 1, 1, S] and [B, 1, 1, T] of bool (masks.padding).
    """

    source: Tensor
    given: Tensor
    wanted: Tensor
    source_mask: Tensor
    given_mask: Tensor


NOTHING = -100  # the index that torch.nn.functional.cross_entropy ignores


def read_texts(path: Path) -> list[tuple[str, ...]]:
    """Read a file of tab-separated sentences: German, English and, in test files, more English versions.

    Raises:
        ValueError: a line without a translation.
    """
    rows = [tuple(line.split("\t")) for line in path.read_text(encoding="utf-8").split("\n") if line]
    for number, row in enumerate(rows, 1):
        if len(row) < 2 or not all(text.strip() for text in row):
            raise ValueError(f"{path.name}, line {number}: needs a sentence, a tab and a translation")
    return rows


UMLAUTS = {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"}


def varied_texts(texts: Sequence[Sequence[str]], *, share: float, seed: int) -> list[tuple[str, ...]]:
    """Variants of a share of the texts in capitals, and of another share with the German umlauts spelled out.

    A model trained on "Straße" only cannot read "STRASSE" or "Strasse", which have other pieces.
    """
    rng = random.Random(f"varied {seed}")
    chosen = rng.sample(range(len(texts)), 2 * round(len(texts) * share))
    capitals, spelled = chosen[::2], chosen[1::2]
    spell = str.maketrans(UMLAUTS)
    found = [tuple(text.upper() for text in texts[i]) for i in capitals]
    return found + [(texts[i][0].translate(spell), *texts[i][1:]) for i in spelled]


def with_light(pairs: Sequence[Pair], light: Sequence[Pair], *, share: float, seed: int, epoch: int) -> Sequence[Pair]:
    """The pairs of an epoch: all of `pairs`, and enough of `light` to make up `share` of the whole."""
    n = min(len(light), round(len(pairs) * share / (1 - share)))
    return [*pairs, *random.Random(f"light {seed} {epoch}").sample(light, n)] if n else pairs


def read_pairs(texts: Iterable[Sequence[str]], encode: Encode, encode_target: Encode, *, longest: int) -> list[Pair]:
    """Encode sentences and their first translations, without pairs that have a side of more than `longest` tokens."""
    pairs = (Pair(tuple(encode(row[0])), tuple(encode_target(row[1]))) for row in texts)
    return [pair for pair in pairs if pair.longer <= longest]


def epoch_pairs(pairs: Sequence[Pair], *, seed: int, epoch: int, joined: float, longest: int) -> list[Pair]:
    """The examples of an epoch: every pair once, in random order, some of them joined in twos.

    A model trained on short sentences only cannot write long ones.

    Args:
        joined: share of the examples that consist of two pairs; pairs that would get longer than `longest` are not
            joined.
    """
    order = list(pairs)
    random.Random(f"pairs {seed} {epoch}").shuffle(order)
    # k joined examples and n - 2k single ones: k / (n - k) is to be the share.
    k = round(len(order) * joined / (1 + joined))
    examples = order[2 * k :]
    for first, second in zip(order[: 2 * k : 2], order[1 : 2 * k : 2], strict=True):
        both = first.joined(second)
        examples += [both] if both.longer <= longest else [first, second]
    return examples


def epoch_batches(examples: Iterable[Pair], *, seed: int, epoch: int, budget: int) -> list[list[Pair]]:
    """Group examples of similar length into batches of at most `budget` tokens with padding, and shuffle the batches.

    Raises:
        ValueError: an example does not fit the budget by itself.
    """
    order = list(examples)
    rng = random.Random(f"batches {seed} {epoch}")
    rng.shuffle(order)  # the sort is stable, so that equal lengths stay in random order
    order.sort(key=lambda pair: (len(pair.target), len(pair.source)))
    groups: list[list[Pair]] = []
    group: list[Pair] = []
    source = 0  # tokens of the group's longest source; the longest target is the newest pair's
    for pair in order:
        if padded_tokens([pair]) > budget:
            raise ValueError(f"a pair of {padded_tokens([pair])} tokens does not fit a batch of {budget}")
        source = max(source, len(pair.source))
        if (len(group) + 1) * (source + len(pair.target) + 1) > budget:
            groups.append(group)
            group, source = [], len(pair.source)
        group.append(pair)
    groups += [group] if group else []
    rng.shuffle(groups)
    return groups


def padded_tokens(group: Sequence[Pair]) -> int:
    """Tokens of a batch, padding and the decoder's start token included."""
    source = max(len(pair.source) for pair in group)
    target = max(len(pair.target) for pair in group) + 1
    return len(group) * (source + target)


def batch_of(group: Sequence[Pair], *, pad: int, start: int) -> Batch:
    """Make tensors of a group of pairs.

    The decoder reads the start token and the whole target with its end token; the row of the end token predicts
    nothing. To a causal model this is the same as a target without its end, since no row sees what follows it.
    """
    source = _rectangle([pair.source for pair in group], pad)
    given = _rectangle([(start, *pair.target) for pair in group], pad)
    wanted = _rectangle([(*pair.target, NOTHING) for pair in group], NOTHING)
    lengths = torch.tensor([[len(pair.source), len(pair.target) + 1] for pair in group])
    return Batch(source, given, wanted, padding(lengths[:, 0], source.shape[1]), padding(lengths[:, 1], given.shape[1]))


def _rectangle(rows: Sequence[Sequence[int]], fill: int) -> Tensor:
    width = max(map(len, rows))
    return torch.tensor([[*row, *[fill] * (width - len(row))] for row in rows])


def batches_from(
    pairs: Sequence[Pair],
    light: Sequence[Pair] = (),
    *,
    seed: int,
    epoch: int,
    index: int,
    budget: int,
    joined: float,
    longest: int,
    light_share: float = 0.0,
) -> Iterator[tuple[int, int, list[Pair]]]:
    """An endless stream of batches from a given epoch and index on, each with its epoch and index."""
    while True:
        shown = with_light(pairs, light, share=light_share, seed=seed, epoch=epoch)
        examples = epoch_pairs(shown, seed=seed, epoch=epoch, joined=joined, longest=longest)
        groups = epoch_batches(examples, seed=seed, epoch=epoch, budget=budget)
        for place in range(index, len(groups)):
            yield epoch, place, groups[place]
        epoch, index = epoch + 1, 0
