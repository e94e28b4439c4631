"""The right answer of each question of a guided tour, computed from the models' traces, not from the page's data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch

from demo.photo.query import DEFAULT_MODEL, PhotoQuery
from demo.recurrence.endpoints.recurrence import ids_of
from demo.recurrence.service import translator_of
from demo.sentence.query import TranslationQuery
from demo.sentence.service import SentenceService
from demo.services import Services
from tests.support.sheet import piece
from vit_core.analysis.gradients import input_gradients
from vit_core.analysis.head_stats import attention_distance

CELLS = ("rnn", "lstm", "gru")
# The page's words for answers that are one of a few.
SAYS = {
    True: "the same class",
    False: "another class",
    "half": ["a single one", "up to 5 % of them", "up to 20 %", "more than 20 %"],
    "sure": ["below 25 %", "25 to 50 %", "50 to 75 %", "above 75 %"],
}


class OfPhoto:
    """Of a photo; the state is what a fresh address has: layer 9, head 5, CLS."""

    layer, head = 8, 4

    def __init__(self, services: Services, photo: str, told: dict[str, Any]) -> None:
        self.services, self.told = services, told
        self.photo_query = services.photos.complete(PhotoQuery(photo, DEFAULT_MODEL, 0))
        self.trace = services.photos.trace(self.photo_query)
        self.first = len(self.trace.geometry.prefix)
        self.rows, self.cols = self.trace.geometry.grid

    def name(self, index: int) -> str:
        return self.services.photos.model(self.photo_query.model).labels_by_language["en"][index]

    def best(self, change: str = "") -> tuple[int, torch.Tensor]:
        p = self.services.photos.trace(replace(self.photo_query, change=change)).probabilities
        return int(p.argmax()), p

    def same(self, called: str) -> str:
        change = self.told[called]["show"]["change"]
        assert change, called
        return SAYS[self.best()[0] == self.best(change)[0]]

    def tokens(self) -> str:
        return str(self.trace.pattern(0).shape[-1])

    def patch_looks(self) -> str:
        own = int(0.47 * self.rows) * self.cols + int(0.35 * self.cols)  # where nobody has chosen one
        weights = self.trace.pattern(self.layer)[:, self.first + own, self.first :].clone()
        weights[:, own] = 0
        row, col = divmod(int(weights[weights.amax(-1).argmax()].argmax()), self.cols)
        return f"patch {row + 1}, {col + 1}"

    def half(self) -> str:
        row = self.trace.pattern(self.layer)[self.head, 0].sort(descending=True).values
        count = int((row.cumsum(0) < 0.5).sum()) + 1
        share = count / len(row)
        return SAYS["half"][0 if count == 1 else 1 if share <= 0.05 else 2 if share <= 0.2 else 3]

    def farther(self) -> str:
        near, far = attention_distance(self.trace).mean(-1)[[0, -1]].tolist()
        if abs(near - far) < 0.1 * max(near, far):
            return "about the same in both"
        return "in the first layer" if near > far else "in the last layer"

    def which_class(self) -> str:
        return self.name(self.best()[0])

    def how_sure(self) -> str:
        index, p = self.best()
        return SAYS["sure"][min(3, int(4 * p[index].item()))]

    def class_shuffled(self) -> str:
        return self.same("class_shuffled")

    def residual_gone(self) -> str:
        return self.same("residual_gone")

    def order_unseen(self) -> str:
        change = self.told["order_unseen"]["show"]["change"]
        assert change.startswith("position:off;order:")
        most = (self.best("position:off")[1] - self.best(change)[1]).abs().max().item()
        return "not at all" if most < 1e-5 else "by less than 1 percentage point" if most < 0.01 else "by more"


class OfSentence:
    """Of a sentence and what the translator that comes first writes of it."""

    def __init__(self, sentences: SentenceService, text: str) -> None:
        self.sentences, self.translation_query = sentences, TranslationQuery(text)
        self.made = sentences.translation(self.translation_query)
        self.words = len(self.made.ids) - (self.made.stopped_by == "end")
        self.shares = self.made.trace.logits.softmax(-1)
        self.chosen = self.shares[range(len(self.made.ids)), list(self.made.ids)][: self.words]

    def named(self, tokens: tuple[str, ...], at: int) -> str:
        return piece(tokens[at]) if at else piece(tokens[at]).lstrip("·")

    def cross(self) -> torch.Tensor:
        layers = self.sentences.models.load(self.translation_query.model).model.config.decoder.n_layers
        return self.made.trace.pattern(layers - 1, part="cross").mean(0)

    def next_word(self) -> str:
        step = int(self.chosen.argmin())
        tokenizer = self.sentences.models.load(self.translation_query.model).tokenizer
        return piece(tokenizer.token(int(self.shares[step].argmax())))

    def least_sure(self) -> str:
        words = [step for step in range(self.words) if any(map(str.isalnum, self.made.tokens[step]))]
        return self.named(self.made.tokens, min(words, key=lambda step: float(self.chosen[step])))

    def source_word(self) -> str:
        rows = self.cross()[: self.words]
        tops = rows.argmax(-1)
        weights = rows.amax(-1) * (tops < rows.shape[1] - 1)
        return self.named(self.made.source_tokens, int(tops[weights.argmax()]))

    def encoder_looks(self) -> str:
        n = len(self.made.source_ids)
        at = (n - 1) // 2
        found = int(self.made.trace.pattern(0, part="encoder").mean(0)[at].argmax())
        names = {
            at: "at itself",
            at - 1: "at the token before",
            at + 1: "at the token after",
            n - 1: "at the end token",
        }
        return dict(reversed(names.items())).get(found, "at another one")

    def may_see(self) -> str:
        step = min(3, max(1, self.words - 1))
        return str(step + 1)

    def path(self) -> str:
        model = self.sentences.recurrents.model(translator_of("rnn"))
        _, source, target = ids_of(model.tokenizer, self.translation_query.text, self.made.text, 1)
        return str(len(source) - 1 + len(target))

    def forgets(self) -> str:
        left = []
        for cell in CELLS:
            model = self.sentences.recurrents.model(translator_of(cell))
            _, source, target = ids_of(model.tokenizer, self.translation_query.text, self.made.text, 1)
            step = self.sentences.recurrents.late_word(source, target)[0].step
            found = input_gradients(model.model, source, target, step)
            left.append((found.source[0] / found.target[-1]).item())
        return CELLS[min(range(3), key=left.__getitem__)].upper()

    def twins(self) -> list[tuple[Any, Any]]:
        example = next((one for one in self.sentences.examples if one.text == self.translation_query.text), None)
        fed = example.reference if example and example.reference else self.made.text
        names = self.sentences.twins()
        return [
            (
                self.sentences.teacher_forced(name, self.translation_query.text, fed),
                self.sentences.translation(TranslationQuery(self.translation_query.text, name, "greedy")),
            )
            for name in names
        ]

    def mask_fed(self) -> str:
        masked, without = (sum(step.top(1)[0][0] == step.chosen for step in fed.steps[:-1]) for fed, _ in self.twins())
        if masked == without:
            return "both as many"
        return "the one with the mask" if masked > without else "the one without"

    def mask_alone(self) -> str:
        masked, without = (alone for _, alone in self.twins())
        if without.stopped_by == "limit":
            return "something that finds no end"
        return "the same as its twin" if masked.text == without.text else "another text, which it ends"


def right(of: OfPhoto | OfSentence) -> dict[str, str]:
    """The words of the right choice, by the question's name."""
    asked: dict[str, Callable[[], str]] = {
        name: getattr(of, name)
        for name in vars(type(of))
        if not name.startswith("_") and name not in {"name", "best", "same", "named", "cross", "twins", "layer", "head"}
    }
    return {name: right() for name, right in asked.items()}
