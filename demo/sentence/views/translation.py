"""The data of the Translation screen: the next tokens of every step, the tree of a beam search, the pieces of a forced
word.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import torch

from demo.views.payload import encode
from vit_core import LoadedTranslator, Translation
from vit_core.analysis.next_words import next_words
from vit_core.decoding import BeamTree, Strategy, length_norm, length_rule

TOP = 25
FATES = {"kept": 0, "ended": 1, "cut": 2}


def steps(translation: Translation, model: LoadedTranslator, strategy: Strategy) -> bytes:
    """The most probable next tokens of every step, and the rank of the written one.

    Shapes: ids [T, k] of int32; shares, weighed [T, k] of float32, the model's probabilities and those that were
        chosen by; chosen_share, chosen_weighed, entropy, weighed_entropy (bits) [T] of float32; rank, choices [T] of
        int32. facts: words, the piece of every id; vocabulary; most_entropy, of a model that knows nothing; score, and
        what it is made of: logprob and length of the tokens that were chosen, divisor, alpha, rule; outside of it
        given and given_logprob, of those that were given.
    """
    found, vocabulary = next_words(translation, TOP), model.model.config.target_vocab
    n = len(translation.ids) - translation.given
    alpha, rule = length_rule(strategy)
    return encode(
        {
            "ids": _whole(found.ids),
            "shares": found.shares.numpy(),
            "weighed": found.weighed.numpy(),
            "chosen_share": found.chosen_share.numpy(),
            "chosen_weighed": found.chosen_weighed.numpy(),
            "entropy": found.entropy.numpy(),
            "weighed_entropy": found.weighed_entropy.numpy(),
            "rank": _whole(found.rank),
            "choices": _whole(found.choices),
        },
        {
            "words": _words(model, [*found.ids.flatten().tolist(), *translation.ids]),
            "vocabulary": vocabulary,
            "most_entropy": math.log2(vocabulary),
            "score": translation.score,
            "logprob": translation.logprob - translation.given_logprob,
            "length": n,
            "given": translation.given,
            "given_logprob": translation.given_logprob,
            "divisor": length_norm(n, alpha, rule),
            "alpha": alpha,
            "rule": rule,
        },
    )


def tree(translation: Translation, model: LoadedTranslator, strategy: Strategy) -> bytes:
    """Every node of a beam search, parents before their children; no nodes for other strategies.

    Shapes: parent (-1: none), step, token, rank, place (-1: not among the finished that stayed), fate (FATES), on_path
        [N] of int32; logprob, share (its probability), total of the tokens that were chosen (within the given ones: of
        these), judged (total divided by the function of their number: the score it has, or would have if the target
        ended here), divisor [N] of float32, both NaN within the given tokens, which have no score. facts: words, width,
        alpha, rule; given, how many tokens were given.
    """
    tree = translation.tree or BeamTree((), 0)
    nodes, given = tree.nodes, translation.given
    alpha, rule = length_rule(strategy)
    judged = tree.judged(alpha, rule, given, translation.given_logprob)
    columns: dict[str, Iterable[int]] = {
        "parent": (-1 if node.parent is None else node.parent for node in nodes),
        "step": (node.step for node in nodes),
        "token": (node.token for node in nodes),
        "rank": (node.rank for node in nodes),
        "place": (-1 if node.place is None else node.place for node in nodes),
        "fate": (FATES[node.fate] for node in nodes),
        "on_path": (int(node.on_path) for node in nodes),
    }
    floats: dict[str, Iterable[float]] = {
        "logprob": (node.logprob for node in nodes),
        "share": (math.exp(node.logprob) for node in nodes),
        "total": (one.total for one in judged),
        "divisor": (one.divisor for one in judged),
        "judged": (one.score for one in judged),
    }
    return encode(
        {
            **{name: np.array([*values], np.int32) for name, values in columns.items()},
            **{name: np.array([*values], np.float32) for name, values in floats.items()},
        },
        {
            "words": _words(model, (node.token for node in nodes)),
            "width": tree.width,
            "alpha": alpha,
            "rule": rule,
            "given": given,
        },
    )


def pieces(model: LoadedTranslator, word: str, offers: Sequence[Any] = ()) -> bytes:
    """The ids of one or several words, without an end token.

    A text that begins with punctuation is joined to the word before it: the word boundary that the tokenizer puts
    before every text is left out if it is a piece of its own.

    Shapes: ids [n] of int32. facts: words, the piece of every id; unknown, how many of them the vocabulary lacks;
    offers, what may be taken in its place (demo/sentence/typed.py).
    """
    ids = model.tokenizer.encode_target(word.strip())[:-1]
    if len(ids) > 1 and model.tokenizer.token(ids[0]) == "▁" and not word.strip()[0].isalnum():
        ids = ids[1:]
    unknown = sum(token == model.model.config.unknown for token in ids)
    facts = {"words": _words(model, ids), "unknown": unknown, "offers": list(offers)}
    return encode({"ids": np.array(ids, np.int32)}, facts)


def _words(model: LoadedTranslator, ids: Iterable[int]) -> dict[str, str]:
    return {str(token): model.tokenizer.token(token) for token in sorted(set(ids))}


def _whole(tensor: torch.Tensor) -> np.ndarray:
    return tensor.numpy().astype(np.int32)
