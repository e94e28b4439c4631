"""Draw the papers' figures from the command line.

python -m vit_core.figures --list
python -m vit_core.figures fig7 --model vit-s14-everyday --photo cat.jpg --out fig7.pdf
python -m vit_core.figures vaswani3 --text "Der Hund schläft." --layer 2 --word 2 --lang ko --out fig3.svg
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from PIL import UnidentifiedImageError

import vit_core
from vit_core import figures
from vit_core.analysis.late_words import late_word_of
from vit_core.arguments import require_model
from vit_core.config import RecurrentConfig, Seq2SeqConfig, ViTConfig
from vit_core.decoding import Beam
from vit_core.figures.errors import FigureError
from vit_core.quality_by_length import read_quality

# Default models.
IMAGE_MODEL, TRANSLATOR, ALIGNER = "vit-s14-everyday", "marian-s-de-en", "gru-attention-de-en"
CELLS = ("rnn-de-en", "lstm-de-en", "gru-de-en")
Options = argparse.Namespace


@dataclass(frozen=True)
class Named:
    """A figure that the command draws.

    Attributes:
        about: what it is, for the list.
        takes: options that it needs.
        draw: the function that draws it, given the options.
    """

    about: str
    takes: tuple[str, ...]
    draw: Callable[[Options], Figure]


def _looks(given: Options) -> dict[str, Any]:
    return {"lang": given.lang, "style": given.style}


def _models(given: Options, *otherwise: str) -> list[Any]:
    """The models of a figure; one from a folder is named as that folder is, whatever lies above it."""
    models = [vit_core.load(name) for name in given.model or otherwise]
    return [replace(model, name=Path(model.name).name) if Path(model.name).exists() else model for model in models]


def _model(given: Options, otherwise: str) -> Any:
    found = _models(given, otherwise)
    if len(found) > 1:
        raise FigureError(f"{given.figure} takes one model, not {len(found)}")
    return found[0]


def _of_photos(given: Options, name: str, most: int = 1) -> tuple[Any, list[Any]]:
    model = _model(given, IMAGE_MODEL)
    require_model(name, model, ViTConfig)
    if len(given.photo) > most:
        raise FigureError(f"{name} takes one photo, not {len(given.photo)}")
    return model, [_trace(model, photo, given) for photo in given.photo]


def _trace(model: Any, photo: Path, given: Options) -> Any:
    try:
        return vit_core.trace_image(model, photo, size=given.size)
    except UnidentifiedImageError as error:
        raise FigureError(f"{photo} is no picture") from error


def _fig6(given: Options) -> Figure:
    model, traces = _of_photos(given, "fig6", 12)
    return figures.fig6(model, *traces, gamma=given.gamma, **_looks(given))


def _fig14(given: Options) -> Figure:
    model, traces = _of_photos(given, "fig14", 200)
    return figures.fig14(model, *traces, gamma=given.gamma, **_looks(given))


def _fig7(given: Options) -> Figure:
    model, traces = _of_photos(given, "fig7")
    return figures.fig7(model, *traces, **_looks(given))


def _fig7_left(given: Options) -> Figure:
    return figures.fig7_left(_model(given, IMAGE_MODEL), **_looks(given))


def _fig7_centre(given: Options) -> Figure:
    model = _model(given, IMAGE_MODEL)
    require_model("fig7-centre", model, ViTConfig)
    if given.size and given.size % model.model.config.patch_size:
        raise FigureError(f"a picture of {given.size} pixels is no whole number of patches of {model.name}")
    side = given.size // model.model.config.patch_size if given.size else None
    return figures.fig7_centre(model, side, side, **_looks(given))


def _fig7_right(given: Options) -> Figure:
    _, [trace] = _of_photos(given, "fig7-right")
    return figures.fig7_right(trace, **_looks(given))


def _fig11(given: Options) -> Figure:
    if len(given.photo) > 1:
        raise FigureError(f"fig11 takes one photo, not {len(given.photo)}")
    traces = [_trace(model, given.photo[0], given) for model in _models(given, IMAGE_MODEL)]
    return figures.fig11(*traces, **_looks(given))


def _bahdanau3(given: Options) -> Figure:
    model = _model(given, ALIGNER)
    config = getattr(model.model, "config", None)
    translated: Any = vit_core.translate_recurrent if isinstance(config, RecurrentConfig) else vit_core.translate
    trace = translated(model, given.text).trace
    stack = getattr(trace.config, "decoder", None)
    layer = _place("layer", given.layer, stack.n_layers if stack else 1)
    head = _place("head", (given.head or [None])[0], stack.n_heads if stack else 1)
    source = figures.as_written(model.tokenizer, given.text)
    return figures.bahdanau3(trace, layer=layer, head=head, source=source, **_looks(given))


def _vaswani(name: str, *options: str) -> Callable[[Options], Figure]:
    def draw(given: Options) -> Figure:
        model = _model(given, TRANSLATOR)
        require_model(name, model, Seq2SeqConfig)
        trace, config = vit_core.translate(model, given.text).trace, model.model.config
        stack = config.encoder if given.part == "encoder" else config.decoder
        layer = _place("layer", given.layer, stack.n_layers)
        heads = tuple(_place("head", head, stack.n_heads) for head in given.head or ())
        if "heads" in options and len(heads) not in (0, 2):
            raise FigureError(f"{name} takes two heads, not {len(heads)}")
        words = len(trace.source_tokens if given.part == "encoder" else trace.target_tokens)
        own: dict[str, Any] = {"word": _place("word", given.word, words), "heads": heads or None}
        more = {option: own[option] for option in options}
        more["source"] = figures.as_written(model.tokenizer, given.text)
        return getattr(figures, name)(trace, layer=layer, part=given.part, **more, **_looks(given))

    return draw


def _searched(given: Options) -> tuple[Any, Any, Beam]:
    model = _model(given, TRANSLATOR)
    require_model(given.figure, model, Seq2SeqConfig)
    strategy = Beam(given.beam, given.length_penalty)
    return model, vit_core.translate(model, given.text, strategy=strategy), strategy


def _beam(given: Options) -> Figure:
    return figures.beam(*_searched(given), **_looks(given))


def _length(given: Options) -> Figure:
    _, translation, strategy = _searched(given)
    return figures.length(translation, strategy, **_looks(given))


def _gradient(given: Options) -> Figure:
    models = _models(given, *CELLS)
    for model in models:
        require_model("gradient", model, RecurrentConfig)
    translator: Any = vit_core.load(TRANSLATOR)
    target = given.target or vit_core.translate(translator, given.text).text
    tokenizer = models[0].tokenizer
    ids, written = tokenizer.encode(given.text), tokenizer.encode_target(target)
    at = _place("word", given.word, len(written))
    if at is None:
        looks: Any = vit_core.load(ALIGNER)
        at = late_word_of(looks.model, tokenizer, ids, written)[0].step
    cells = [figures.gradients_of(model, ids, written, at) for model in models]
    source = figures.as_written(tokenizer, given.text)
    return figures.gradient(cells, source, [tokenizer.token(token) for token in written[: at + 1]], **_looks(given))


def _bahdanau2(given: Options) -> Figure:
    return figures.bahdanau2(read_quality(), kind=given.kind, metric=given.metric, **_looks(given))


FIGURES: dict[str, Named] = {
    "fig6": Named("ViT Fig. 6: input and attention rollout; --photo up to 12 times", ("photo",), _fig6),
    "fig7": Named("ViT Fig. 7: its three panels together", ("photo",), _fig7),
    "fig7-left": Named("ViT Fig. 7, left: principal components of the embedding filters", (), _fig7_left),
    "fig7-centre": Named("ViT Fig. 7, centre: similarity of position embeddings", (), _fig7_centre),
    "fig7-right": Named("ViT Fig. 7, right: mean attention distance by head and depth", ("photo",), _fig7_right),
    "fig11": Named("ViT Fig. 11: size of the attended area; --model several times", ("photo",), _fig11),
    "fig14": Named("ViT Fig. 14: a grid of pictures and their attention; --photo several times", ("photo",), _fig14),
    "bahdanau2": Named("Bahdanau et al. Fig. 2: quality by length of the sentence", (), _bahdanau2),
    "bahdanau3": Named("Bahdanau et al. Fig. 3: soft alignment of source and target words", ("text",), _bahdanau3),
    "vaswani3": Named(
        "Attention Is All You Need, Fig. 3: one word, all heads", ("text",), _vaswani("vaswani3", "word")
    ),
    "vaswani4": Named(
        "Attention Is All You Need, Fig. 4: two heads, and one word in both", ("text",),
        _vaswani("vaswani4", "heads", "word"),
    ),
    "vaswani5": Named(
        "Attention Is All You Need, Fig. 5: all that two heads look at", ("text",), _vaswani("vaswani5", "heads")
    ),
    "beam": Named("the tree of a beam search", ("text",), _beam),
    "length": Named("log-probability and score of every hypothesis over its length", ("text",), _length),
    "gradient": Named("gradients of RNN, LSTM and GRU by distance, before and after training", ("text",), _gradient),
}  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw the figure that the arguments name; report an error in one sentence."""
    parser = _parser()
    given = parser.parse_args(arguments)
    if given.list:
        width = max(map(len, FIGURES))
        print("\n".join(f"{name:{width}}  {one.about}" for name, one in FIGURES.items()))  # noqa: T201
        return 0
    try:
        _draw(given)
    except (ValueError, TypeError, IndexError, OSError) as error:
        print(f"{parser.prog}: {_sentence(error)}", file=sys.stderr)  # noqa: T201
        return 2
    return 0


def _draw(given: Options) -> None:
    """Raises: FigureError: the figure, or what it needs, is missing; else as what draws it."""
    given.figure = given.figure.replace("_", "-") if given.figure else ""  # as in the names of the functions
    if given.figure not in FIGURES:
        raise FigureError(f"the figure is one of {', '.join(FIGURES)}, not {given.figure!r}")
    figure = FIGURES[given.figure]
    for option in (*figure.takes, "out"):
        if not getattr(given, option):
            raise FigureError(f"{given.figure} needs --{option}")
    form = given.out.suffix.removeprefix(".").lower()
    if form not in figures.FORMATS:  # checked before minutes of work
        raise FigureError(f"--out ends in .{', .'.join(figures.FORMATS)}, not in {given.out.suffix!r}")
    for path in (*given.photo, given.style):
        if path is not None and not path.is_file():
            raise FigureError(f"there is no file {path}")
    if not given.out.absolute().parent.is_dir():
        raise FigureError(f"there is no folder {given.out.parent}")
    drawn = figure.draw(given)
    if given.no_caption:
        drawn.supxlabel("")
    figures.save(drawn, given.out)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m vit_core.figures", description="The papers' figures, of any model."
    )
    add = parser.add_argument
    add("figure", nargs="?", help="its name; --list tells all")
    add("--list", action="store_true", help="tell the names")
    add("--out", type=Path, help="the file: .svg, .pdf or .png")
    add("--model", action="append", help="a registered name, a folder, or an id of the hub")
    add("--photo", action="append", default=[], type=Path, help="a picture file")
    add("--size", type=int, help="side of the square that the model reads, in pixels")
    add(
        "--gamma", type=float, default=0.5, help="brightness of fig6 and fig14: a power of the weight; the paper's is 1"
    )
    add("--text", help="a sentence in the language that the model reads")
    add("--target", help="its translation, of which gradient asks")
    add("--layer", type=int, help="from 1")
    add("--head", type=int, action="append", help="from 1; twice where a figure shows two")
    add("--word", type=int, help="from 1")
    add("--part", choices=("encoder", "decoder", "cross"), default="encoder", help="whose attention")
    add("--beam", type=int, default=4, help="width of the search")
    add("--length-penalty", type=float, default=0.6, help="α")
    add("--kind", choices=("single", "captions", "joined"), default="joined", help="of the texts of bahdanau2")
    add("--metric", choices=("bleu", "chrf", "next_token"), default="bleu", help="of bahdanau2")
    add("--lang", choices=figures.LANGUAGES, default="en", help="of the labels")
    add("--style", type=Path, help=f"a style file of matplotlib; what it leaves out is as in {figures.STYLE.name}")
    add("--no-caption", action="store_true", help="leave out the line that says which figure it is")
    return parser


def _place(option: str, number: int | None, count: int) -> int | None:
    """Convert a number of a layer, head or word, which count from 1 here as on the page, to an index.

    Raises:
        FigureError: there are not so many.
    """
    if number is None:
        return None
    if not 1 <= number <= count:
        raise FigureError(f"--{option} takes a number from 1 to {count}, not {number}")
    return number - 1


def _sentence(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__


if __name__ == "__main__":
    sys.exit(main())
