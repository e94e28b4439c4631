"""The loop: shown a batch, a model says how it would go on, and its weights move to make the right words likelier.

A run is a sequence of steps that follow from recipe, data and seed alone. Whatever else a step depends on is in the
checkpoint, so that a run that was stopped and resumed ends in the same bits as one that was not.
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
    """A model under training and all that its next step depends on.

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
        """Write everything the next step depends on; a half-written file never replaces a whole one."""
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
        """Go on where `save` was called.

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
        """What a run may not change half way; where it ends may be said late if its rate falls with the root."""
        open_ended = self.recipe.fall == "root"
        recipe = replace(self.recipe, steps=0, cooling=0.0) if open_ended else self.recipe
        return f"{recipe} {self.model.config}"

    def update(self, group: Sequence[Pair], *, bf16: bool = False) -> float:
        """One step on one batch; its loss in nats per token, label smoothing included."""
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
    """Take the steps of the recipe that are still to be taken.

    Args:
        light: pairs of which each epoch shows others (Recipe.lightly).
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
    """How well a model goes on when it is given the right words so far.

    Attributes:
        loss: nats per token.
        accuracy: share of the tokens to which it gives the highest score.
        tokens: how many there were, end tokens included.
    """

    loss: float
    accuracy: float
    tokens: int


@torch.no_grad()
def teacher_forced(model: Network, pairs: Sequence[Pair], *, budget: int = 4000) -> TeacherForced:
    """Feed a model the answers and ask it for each next word."""
    model.eval()
    loss, right, tokens = 0.0, 0, 0
    for group in epoch_batches(pairs, seed=0, epoch=0, budget=budget):
        scores, words = wanted_scores(model, batch_of(group, pad=model.config.pad, start=model.config.start))
        loss += float(F.cross_entropy(scores, words, reduction="sum"))
        right += int((scores.argmax(dim=-1) == words).sum())
        tokens += len(words)
    return TeacherForced(loss / tokens, right / tokens, tokens)


class Log:
    """One line of JSON for every so many steps, and one for each measurement."""

    def __init__(self, path: Path, every: int) -> None:
        self._path, self._every = path, every
        self._losses: list[float] = []
        self._began = time.perf_counter()

    def step(self, run: Run, loss: float) -> None:
        """Note a step's loss; the mean of `every` of them is written."""
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
