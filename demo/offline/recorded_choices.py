"""Which values of each view's parameters are recorded for a page without a server (demo.offline.recorded).

A view's signature declares its parameters (demo.query.registry). If a parameter takes one of a few values, all are
recorded; for any other, the method of its name here gives the values, the one on screen first. A parameter without a
method is an error, so that no screen stays empty because somebody forgot it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, Literal, get_args, get_origin

from demo.photo.query import PhotoQuery
from demo.photo.service import PhotoService
from demo.query.parameters import parameters_of
from demo.query.registry import View
from demo.recurrence.endpoints.recurrence import ids_of
from demo.recurrence.service import PAIR, translator_of
from demo.sentence.query import TranslationQuery
from demo.sentence.service import SentenceService
from vit_core.analysis import strongest_units

Words = dict[str, str]
Values = dict[str, Any]
# The place of the patch with which Patches and Position open, as shares of the grid (assets/js/core/held.js).
OPENS_AT = (0.47, 0.35)
# The layer in which Attention opens, counted from 0 (assets/js/core/photo_query.js).
OPENS_IN = 8
# And the head.
OPENS_WITH = 4
# Patches along its row that are recorded as well, if there is room.
ALONG = 1
# Number of classes whose score is taken apart.
CLASSES = 5
# How much longer than the visitor's sentence another one in its batch is (assets/js/words/padding.js).
LONGER = 1.2


def questions(view: View[Any, Any], choices: object) -> Iterator[Words]:
    """The recorded queries of a view, as the parameters of its address: the one on screen first.

    Raises:
        TypeError: there is no method for one of its parameters.
    """
    if not view.on_demand:
        fields = parameters_of(view.function, inspect.Parameter.KEYWORD_ONLY)
        yield from (_as_words(values) for values in _combined(list(fields.items()), choices, {}))


def _combined(fields: list[tuple[str, tuple[Any, Any]]], choices: object, chosen: Values) -> Iterator[Values]:
    if not fields:
        yield chosen
        return
    (name, (kind, default)), *rest = fields
    for value in _options(name, kind, default, choices, chosen):
        yield from _combined(rest, choices, {**chosen, name: value})


def _options(name: str, kind: Any, default: Any, choices: object, chosen: Values) -> Iterable[Any]:
    if get_origin(kind) is Literal:
        held = getattr(choices, "held", {}).get(name)
        return _first(held, get_args(kind))
    if kind is bool:
        return (False, True)
    options: Callable[[Values], Iterable[Any]] | None = getattr(choices, name, None)
    if options is None:
        raise TypeError(
            f"nothing says what is recorded of {name}: on_demand, or a method of demo.offline.recorded_choices"
        )
    # None is one of the values if it is allowed.
    return (None, *options(chosen)) if default is None else options(chosen)


def _as_words(values: Values) -> Words:
    return {name.removesuffix("_"): word(value) for name, value in values.items() if value is not None}


def word(value: object) -> str:
    """A value as text in an address."""
    if isinstance(value, bool):
        return str(int(value))
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _first(held: Any, others: Iterable[Any]) -> tuple[Any, ...]:
    """The other values without repetition, the held one first if it is among them."""
    found = tuple(dict.fromkeys(others))
    return (held, *(one for one in found if one != held)) if held in found else found


class OfPhoto:
    """The recorded values of the parameters of a photo's views.

    Args:
        held: what is chosen on screen, by parameter (layer, head, query), counted from 0; explain, the open number and
            the path to it.
        wide: there is room for more than what a screen opens with.
    """

    def __init__(self, photos: PhotoService, photo_query: PhotoQuery, held: Mapping[str, Any], *, wide: bool) -> None:
        self.photos, self.photo_query, self.held, self.wide = photos, photo_query, held, wide
        self.trace = photos.trace(photo_query)

    def _held(self, name: str, count: int) -> int:
        """The chosen index, limited to the number of choices."""
        return min(self.held.get(name, 0), count - 1)

    def layer(self, chosen: Values) -> Iterable[int]:
        layers = self.trace.config.n_layers
        return _first(min(self.held.get("layer", OPENS_IN), layers - 1), range(layers))

    def query(self, chosen: Values) -> Iterable[int]:
        """The token on screen, the first one and a patch near the middle; if there is room, others of its row."""
        geometry = self.trace.geometry
        cols, first = geometry.grid[1], len(geometry.prefix)
        row, col = (int(share * side) for share, side in zip(OPENS_AT, geometry.grid, strict=True))
        along = [cols * (2 * i + 1) // (2 * ALONG) for i in range(ALONG)] if self.wide else []
        held, in_row = self._held("query", geometry.n_tokens), first + row * cols
        found = tuple(dict.fromkeys((held, 0, *(in_row + one for one in (col, *along)))))
        # The Block screen shows no patch until somebody chooses one.
        return found[:1] if "layer" in chosen and not self.wide else found

    def patch(self, chosen: Values) -> Iterable[int]:
        first = len(self.trace.geometry.prefix)
        return tuple(token - first for token in self.query(chosen) if token >= first)

    def unit(self, chosen: Values) -> Iterable[int]:
        """The unit of a patch to which its pixels contribute most, which the screen shows until somebody chooses
        another.
        """
        return (int(self._strongest[chosen["patch"]]),)

    @cached_property
    def _strongest(self) -> Any:
        return strongest_units(self.trace, self.photos.model_of(self.photo_query).model)

    def class_(self, chosen: Values) -> Iterable[int]:
        return self.trace.leading(CLASSES)


class OfSentence:
    """The recorded values of the parameters of a sentence's views.

    Args:
        held: what is chosen on screen, counted from 0: part, stack, encoder_layer, decoder_layer, step, source, and the
            head of each part as encoder_head, decoder_head, cross_head; explain as above.
        wide: there is room for more than what a screen opens with.
    """

    def __init__(
        self, sentences: SentenceService, translation_query: TranslationQuery, held: Mapping[str, Any], *, wide: bool
    ) -> None:
        self.sentences, self.translation_query, self.held, self.wide = sentences, translation_query, held, wide
        # The page's own sentences, with a human's translation of each.
        self._examples = {one.text: one.reference for one in sentences.examples}
        self.translation = sentences.translation(translation_query)
        self._config = sentences.model_of(translation_query).model.config

    def layer(self, chosen: Values) -> Iterable[int]:
        of = chosen.get("stack") or chosen["part"]
        name = "encoder" if of == "encoder" else "decoder"
        return _first(self.held.get(f"{name}_layer"), range(getattr(self._config, name).n_layers))

    def heads(self, part: str) -> int:
        """How many heads an attention has."""
        return int(getattr(self._config, "encoder" if part == "encoder" else "decoder").n_heads)

    def _tokens(self, of: str) -> range:
        return range(len(self.translation.source_tokens if of == "encoder" else self.translation.tokens))

    def query(self, chosen: Values) -> Iterable[int]:
        encoder = chosen["part"] == "encoder"
        return _first(self.held.get("source" if encoder else "step"), self._tokens(chosen["part"]))

    def token(self, chosen: Values) -> Iterable[int]:
        encoder = chosen["stack"] == "encoder"
        found = _first(self.held.get("source" if encoder else "step"), self._tokens(chosen["stack"]))
        return found if self.wide else found[:1]

    def source(self, chosen: Values) -> Iterable[int]:
        """The source token beside which a block of the decoder is shown."""
        return (0 if chosen["stack"] == "encoder" else self.held.get("source", 0),)

    def cell(self, chosen: Values) -> Iterable[str]:
        """Every network, the one with which the chapters open first (assets/js/core/recurrent.js)."""
        return _first("gru", (name.removesuffix(PAIR) for name in self.sentences.recurrents.models.names()))

    def name(self, chosen: Values) -> Iterable[str]:
        """Every translator on this computer: they are shown side by side."""
        here = [card["name"] for card in self.sentences.models.cards() if card["here"]]
        return (*self.sentences.recurrents.models.names(), *here)

    def count(self, chosen: Values) -> Iterable[int]:
        return (1,)

    def step(self, chosen: Values) -> Iterable[int]:
        """The step at which the chapter on gradients opens, then every other one."""
        late, written = self._written
        return _first(late, range(written)) if self.wide else (late,)

    @cached_property
    def _written(self) -> tuple[int, int]:
        """That step, and the number of target tokens given to the recurrent networks."""
        recurrents = self.sentences.recurrents
        tokenizer = recurrents.model(translator_of("rnn")).tokenizer
        _, source, target = ids_of(tokenizer, self.translation_query.text, self.translation.text, 1)
        return recurrents.late_word(source, target)[0].step, len(target)

    def reference(self, chosen: Values) -> Iterable[str]:
        """The translation that is given to both twins: a human's, or else the one on screen."""
        return (self._examples.get(self.translation_query.text) or self.translation.text,)

    def others(self, chosen: Values) -> Iterable[str]:
        """Two sentences in one batch with this one, as assets/js/words/padding.js chooses them."""
        text = self.translation_query.text
        found = sorted((one for one in self._examples if one.strip() != text.strip()), key=len)
        if not found:
            return ("",)
        shortest, *longer = found
        beside = next((one for one in longer if len(one) >= LONGER * len(text)), None)
        if beside is None and longer:
            beside = longer[len(longer) // 2]
        return ("\n".join(filter(None, (shortest, beside))),)
