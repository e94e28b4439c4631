"""Train a translator: python -m vit_core.training.translator --recipe twins --no-causal --data DATA --out OUT

DATA holds files of pairs, a sentence, a tab and its translation per line, and dev.tsv to measure with. OUT gets
state.pt, from which the same command goes on where it stopped; log.jsonl; and, at the end or with --export, the folder
`model`, which this program and transformers' MarianMTModel load. Where the state is lost, --begin-with goes on from
such a folder.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import torch

from vit_core import load
from vit_core.checkpoints.labels import ASSETS
from vit_core.checkpoints.marian_tokenizer import read_tokenizer
from vit_core.config import Seq2SeqConfig
from vit_core.text import MarianTokenizer
from vit_core.training.average import keep_recent, mean_of_recent
from vit_core.training.data import Pair, read_pairs, read_texts, varied_texts
from vit_core.training.export import export
from vit_core.training.networks import fitted, new_model
from vit_core.training.recipes import RECIPES, Recipe
from vit_core.training.run import Log, Run, teacher_forced, train


def main(arguments: Sequence[str] | None = None) -> int:
    """Train or resume a run, and export the model."""
    asked = _parser().parse_args(arguments)
    torch.set_num_threads(asked.threads)
    vocabulary: Path = asked.vocabulary or ASSETS / "checkpoints" / RECIPES[asked.recipe].vocabulary
    tokenizer = _tokenizer(vocabulary)
    recipe = _recipe(asked, tokenizer)
    recent = asked.out / "recent"
    if asked.export:
        export_mean(recipe, recent, asked.out / "model", vocabulary)
        return 0
    texts = [text for file in recipe.files for text in read_texts(asked.data / file)]
    texts += varied_texts(texts, share=recipe.varied, seed=recipe.seed)
    pairs = as_pairs(texts, tokenizer, recipe.longest)
    light = [pair for file in recipe.lightly for pair in load_pairs(asked.data / file, tokenizer, recipe.longest)]
    dev = load_pairs(asked.data / "dev.tsv", tokenizer, recipe.longest)
    run = Run.new(recipe, recipe.config)
    asked.out.mkdir(parents=True, exist_ok=True)
    state, log = asked.out / "state.pt", Log(asked.out / "log.jsonl", every=asked.log_every)
    if state.exists():
        run.resume(state)
    elif asked.begin_with:
        # Without the saved state the optimiser starts anew, with another warm-up.
        run.model.load_state_dict(load(asked.begin_with).model.state_dict())
        run.epoch = asked.epoch

    def after_step(run: Run, loss: float) -> None:
        log.step(run, loss)
        if run.step % asked.save_every == 0 or run.step == recipe.steps:
            run.save(state)
            keep_recent(run.model.state_dict(), recent, step=run.step, most=recipe.averaged)
            fed = teacher_forced(run.model, dev)
            log.write(step=run.step, dev_loss=round(fed.loss, 4), dev_accuracy=round(fed.accuracy, 4))

    train(run, pairs, light, until=asked.until, bf16=asked.bf16, after_step=after_step)
    if run.step == recipe.steps:
        export_mean(recipe, recent, asked.out / "model", vocabulary)
    return 0


def export_mean(recipe: Recipe, recent: Path, folder: Path, vocabulary: Path) -> None:
    """Write the mean of the weights kept in `recent` as a folder that can be loaded."""
    model = new_model(recipe.config, recipe.seed)
    model.load_state_dict(mean_of_recent(recent))
    sys.stdout.write(f"{folder}: sha256 {export(model, folder, vocabulary)}\n")


def load_pairs(path: Path, tokenizer: MarianTokenizer, longest: int) -> list[Pair]:
    """Read the pairs of a file as ids, without those that have a side of more than `longest` tokens."""
    return as_pairs(read_texts(path), tokenizer, longest)


def as_pairs(texts: Iterable[Sequence[str]], tokenizer: MarianTokenizer, longest: int) -> list[Pair]:
    """Encode texts as ids, without those that have a side of more than `longest` tokens."""
    return read_pairs(texts, tokenizer.encode, tokenizer.encode_target, longest=longest)


def _tokenizer(folder: Path) -> MarianTokenizer:
    own = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
    return read_tokenizer(folder, own, folder.name)


def _recipe(asked: argparse.Namespace, tokenizer: MarianTokenizer) -> Recipe:
    recipe = RECIPES[asked.recipe]
    config = fitted(recipe.config, tokenizer)
    if isinstance(config, Seq2SeqConfig):
        config = replace(config, causal=asked.causal)
    return replace(
        recipe,
        config=config,
        files=(*recipe.files, *asked.again),
        steps=asked.steps or recipe.steps,
        peak=asked.peak or recipe.peak,
        warmup=asked.warmup or recipe.warmup,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipe", choices=RECIPES, required=True)
    parser.add_argument("--causal", action=argparse.BooleanOptionalAction, default=True, help="a Transformer's mask")
    parser.add_argument("--data", type=Path, required=True, help="folder of train.tsv, dev.tsv and so on")
    parser.add_argument("--out", type=Path, required=True, help="folder of the run, made if it is not there")
    parser.add_argument("--again", nargs="+", default=(), help="files that an epoch reads once more for each name")
    parser.add_argument("--vocabulary", type=Path, help="folder of source.spm and vocab.json; default: the recipe's")
    parser.add_argument("--begin-with", type=Path, help="folder of an export whose weights a new run begins with")
    parser.add_argument("--epoch", type=int, default=0, help="with it, how many times they have read the pairs")
    parser.add_argument("--steps", type=int, help="instead of the recipe's")
    parser.add_argument("--peak", type=float, help="learning rate, instead of the recipe's")
    parser.add_argument("--warmup", type=int, help="steps until it is reached, instead of the recipe's")
    parser.add_argument("--until", type=int, help="stop after this step, to be resumed later")
    parser.add_argument("--export", action="store_true", help="write the folder from what is there, without training")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--bf16", action="store_true", help="multiply in bfloat16, for processors made for it")
    parser.add_argument("--save-every", type=int, default=200, help="steps between checkpoints and measurements")
    parser.add_argument("--log-every", type=int, default=50)
    return parser


if __name__ == "__main__":
    sys.exit(main())
