"""Which numbers of the calculator are recorded: those on screen, and those on the path to the open one.

For any other number the page has a sentence (calculator.not_recorded).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from demo.offline.recorded_choices import CLASSES, OPENS_WITH, OfPhoto, OfSentence, Words, word
from demo.photo.views.notes import MOST_TOKENS
from vit_core.provenance import explain

# A view and its parameters.
Asked = tuple[str, Words]
# The calculator computes these a row at a time (assets/js/calculator/calculator.js).
OF_A_ROW = frozenset({"scores", "pattern", "z"})
STACKS = {"": "", "e": "encoder.", "d": "decoder."}
_TRAIL = re.compile(r"([a-z](?:\.[a-z-]+)?)!(.+)")
_NUMBER = re.compile(r"([ed]?)(?:(\d+)\.)?([a-z_0-9.]+):([\d*]+(?:,[\d*]+)*)(?::k\d+)?(?::d\d+)?")


def of_photo(choices: OfPhoto) -> Iterator[Asked]:
    """The row of attention and the scores on a photo's screens, and the numbers on the notes' cards."""
    trace, held = choices.trace, choices.held
    config, n_tokens = trace.config, trace.geometry.n_tokens
    for name, index in _way(held.get("explain", ""), ("p",)):
        yield _asked(name, index)
    if n_tokens <= MOST_TOKENS:
        yield from (("number", words) for words in _of_notes(choices))
    layer, query = _first(choices.layer({})), _first(choices.query({}))
    head = min(held.get("head", OPENS_WITH), config.n_heads - 1)
    few = n_tokens <= MOST_TOKENS
    for one in _from(head, config.n_heads) if choices.wide or few else (head,):
        yield _row(layer=layer, head=one, query=query)
    if few:
        for one in range(n_tokens):
            yield _row(layer=layer, head=head, query=one)
    for score in trace.leading(CLASSES):
        yield "number", {"name": "logits", "index": str(score)}


def of_sentence(choices: OfSentence) -> Iterator[Asked]:
    """The rows of the chosen words in every head of the layers on screen, and of all words in one head."""
    held = choices.held
    for name, index in _way(held.get("explain", ""), ("s",)):
        yield _asked(name, index)
    for part in ("encoder", "decoder", "cross"):
        layer = _first(choices.layer({"part": part}))
        queries = list(choices.query({"part": part}))
        middle = len(queries) // 2  # the screens of the decoder open here
        asked = dict.fromkeys((queries[0], *(() if part == "encoder" or "step" in held else (middle,))))
        heads = choices.heads(part)
        head = min(held.get(f"{part}_head", 0), heads - 1)
        rows = [(one, query) for query in asked for one in _from(head, heads)]
        for one, query in dict.fromkeys((*rows, *((head, query) for query in queries))):
            yield _row(part=part, layer=layer, head=one, query=query)
        # The Decoder screen opens with the layer and head that align words best.
        for other in choices.layer({"part": part}) if part == "cross" else ():
            for one in range(heads):
                yield _row(part=part, layer=other, head=one, query=queries[0])


def _row(**at: Any) -> Asked:
    return "row", {name: word(value) for name, value in at.items()}


def _asked(name: str, index: tuple[int | None, ...]) -> Asked:
    """The request with which the calculator shows a number."""
    *before, kind = name.split(".")
    if kind in OF_A_ROW and before[-1] in ("attn", "cross"):
        stack, layer = ("", before[1]) if before[0] == "blocks" else (before[0], before[2])
        part = {"part": "cross" if before[-1] == "cross" else stack} if stack else {}
        return _row(**part, layer=layer, head=index[0], query=index[1])
    return "number", {"name": name, "index": ",".join(map(str, index))}


def _way(text: str, whose: tuple[str, ...]) -> Iterator[tuple[str, tuple[int | None, ...]]]:
    """The numbers on the path to the open one, as they are written in an address (assets/js/core/trail.js)."""
    found = _TRAIL.fullmatch(text)
    for one in found[2].split("~") if found and found[1] in whose else ():
        if number := _NUMBER.fullmatch(one):
            stack, layer, name, places = number.groups()
            before = f"{STACKS[stack]}blocks.{int(layer) - 1}." if layer else stack
            yield before + name, tuple(None if place == "*" else int(place) for place in places.split(","))


def _first(values: Iterable[int]) -> int:
    return next(iter(values))


def _from(first: int, count: int) -> tuple[int, ...]:
    return (first, *(one for one in range(count) if one != first))


def _of_notes(choices: OfPhoto) -> Iterator[Words]:
    """The single numbers that the notes' cards show when they open.

    As in assets/js/screens/notes.js: the entry of each matrix with the largest absolute value.
    """
    trace, model = choices.trace, choices.photos.model_of(choices.photo_query)
    if not trace.config.names_classes:
        return
    config, first = trace.config, len(trace.geometry.prefix)
    token = min(choices.held.get("query", 0), trace.geometry.n_tokens - 1)
    head = min(choices.held.get("head", 0), config.n_heads - 1)
    patch = max(0, token - first)
    for layer in choices.layer({}):
        block = choices.photos.block(choices.photo_query, layer)
        dim = int(block.at(layer, "attn.z")[head, token].abs().argmax())
        hidden = int(block.at(layer, "mlp.post")[token].abs().argmax())
        unit = head * config.d_head + dim
        of_layer = {
            "ln1": (token, unit),
            **{f"attn.{name}": (head, token, dim) for name in "qkv"},
            "attn_out": (token, unit),
            "ln2": (token, unit),
            "mlp.pre": (token, hidden),
            "mlp_out": (token, unit),
        }
        pixels = explain(model, trace, "patches", (patch, unit))
        read = pixels.sources["a"]
        largest = int(pixels.terms["a"].abs().argmax())
        places = {f"blocks.{layer}.{name}": index for name, index in of_layer.items()}
        places |= {"patches": (patch, unit), "logits": trace.leading(1)}
        places[read.name] = _unravelled(largest, read.start, read.run)
        yield from ({"name": name, "index": word(index)} for name, index in places.items())


def _unravelled(number: int, start: tuple[int, ...], run: tuple[int, ...]) -> tuple[int, ...]:
    """The index of an operand in its quantity."""
    index: list[int] = []
    for begin, length in zip(reversed(start), reversed(run), strict=True):
        index.insert(0, begin + number % length)
        number //= length
    return tuple(index)
