"""The training loop: run a batch, compute the loss of the next tokens, update the weights.

The steps of a run depend only on recipe, data and seed. All state is in the saved file, so that a resumed run ends with
the same bits as an uninterrupted one.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

from vit_core.training.data import Pair, batch_of, batches_from, epoch_batches
from vit_core.training.networks import Config, Network, new_model, wanted_scores
from vit_core.training.recipes import Recipe

LARGEST_GRADIENT = 1.0


@dataclass
class Run:
    """A model in training, with all the state that its next step depends on.

    Attributes:
        step: updates so far.
        epoch, index: where in the data the next batch is.
    """

    recipe: Recipe
    model: Network
    optimiser: torch.optim.Optimizer
    step: int = 0
    epoch: int = 0
    index: int = 0

    @classmethod
    def new(cls, recipe: Recipe, config: Config) -> Run:
        """A run before its first step."""
        torch.manual_seed(recipe.seed)  # dropout draws from here
        model = new_model(config, recipe.seed)
        learned = [parameter for parameter in model.parameters() if parameter.requires_grad]
        groups = [
            {"params": [p for p in learned if p.ndim == 2], "weight_decay": recipe.weight_decay},
            {"params": [p for p in learned if p.ndim != 2], "weight_decay": 0.0},
        ]
        return cls(recipe, model, torch.optim.AdamW(groups, betas=(0.9, 0.98)))

    def save(self, path: Path) -> None:
        """Save everything the next step depends on; a half-written file never replaces a complete one."""
        state = {
            "model": self.model.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "random": torch.get_rng_state(),
            "place": [self.step, self.epoch, self.index],
            "recipe": self._signature(),
        }
        part = path.with_suffix(".part")
        torch.save(state, part)
        os.replace(part, path)

    def resume(self, path: Path) -> None:
        """Resume from a saved file.

        Raises:
            ValueError: the file is of another recipe.
        """
        state: dict[str, Any] = torch.load(path, weights_only=True)
        if state["recipe"] != self._signature():
            raise ValueError(f"{path} was written by another recipe: {state['recipe']}")
        self.model.load_state_dict(state["model"])
        self.optimiser.load_state_dict(state["optimiser"])
        torch.set_rng_state(state["random"])
        self.step, self.epoch, self.index = state["place"]

    def _signature(self) -> str:
        """What may not change when a run is resumed; the number of steps may, if the learning rate falls with the
        root.
        """
        open_ended = self.recipe.fall == "root"
        recipe = replace(self.recipe, steps=0, cooling=0.0) if open_ended else self.recipe
        return f"{recipe} {self.model.config}"

    def update(self, group: Sequence[Pair], *, bf16: bool = False) -> float:
        """Take one step on one batch and return its loss in nats per token, label smoothing included."""
        recipe, config = self.recipe, self.model.config
        for parameters in self.optimiser.param_groups:
            parameters["lr"] = recipe.learning_rate(self.step + 1)
        batch = batch_of(group, pad=config.pad, start=config.start)
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            scores, words = wanted_scores(self.model.train(), batch)
        loss = F.cross_entropy(scores.float(), words, label_smoothing=recipe.smoothing)
        self.optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), LARGEST_GRADIENT)
        self.optimiser.step()
        self.step += 1
        return float(loss.detach())


def train(
    run: Run,
    pairs: Sequence[Pair],
    light: Sequence[Pair] = (),
    *,
    until: int | None = None,
    bf16: bool = False,
    after_step: Callable[[Run, float], None] = lambda run, loss: None,
) -> None:
    """Take the remaining steps of the recipe.

    Args:
        light: pairs of which each epoch uses another part (Recipe.lightly).
        until: step after which to stop, if before the recipe's end.
        after_step: called with the run and the loss of the step.
    """
    recipe = run.recipe
    last = recipe.steps if until is None else min(until, recipe.steps)
    places = batches_from(
        pairs,
        light,
        seed=recipe.seed,
        epoch=run.epoch,
        index=run.index,
        budget=recipe.budget,
        joined=recipe.joined,
        longest=recipe.longest,
        light_share=recipe.light_share,
    )
    while run.step < last:
        epoch, index, group = next(places)
        loss = run.update(group, bf16=bf16)
        run.epoch, run.index = epoch, index + 1
        after_step(run, loss)


@dataclass(frozen=True)
class TeacherForced:
    """Next-token quality of a model with teacher forcing.

    Attributes:
        loss: nats per token.
        accuracy: share of the target tokens that got the highest score.
        tokens: number of target tokens, end tokens included.
    """

    loss: float
    accuracy: float
    tokens: int


@torch.no_grad()
def teacher_forced(model: Network, pairs: Sequence[Pair], *, budget: int = 4000) -> TeacherForced:
    """Measure loss and accuracy of the next token with teacher forcing."""
    model.eval()
    loss, right, tokens = 0.0, 0, 0
    for group in epoch_batches(pairs, seed=0, epoch=0, budget=budget):
        scores, words = wanted_scores(model, batch_of(group, pad=model.config.pad, start=model.config.start))
        loss += float(F.cross_entropy(scores, words, reduction="sum"))
        right += int((scores.argmax(dim=-1) == words).sum())
        tokens += len(words)
    return TeacherForced(loss / tokens, right / tokens, tokens)


class Log:
    """A log of JSON lines: one for every few steps, and one for each measurement."""

    def __init__(self, path: Path, every: int) -> None:
        self._path, self._every = path, every
        self._losses: list[float] = []
        self._began = time.perf_counter()

    def step(self, run: Run, loss: float) -> None:
        """Add a step's loss; the mean of every `every` steps is written."""
        self._losses.append(loss)
        if run.step % self._every == 0:
            rate = run.recipe.learning_rate(run.step)
            mean = sum(self._losses) / len(self._losses)
            self.write(step=run.step, epoch=run.epoch, loss=round(mean, 4), learning_rate=rate)
            self._losses = []

    def write(self, **facts: Any) -> None:
        """Add a line, with the seconds since this process began to train."""
        line = {**facts, "seconds": round(time.perf_counter() - self._began, 1)}
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
