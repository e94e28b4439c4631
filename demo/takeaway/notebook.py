"""Write the state of the page as a Jupyter notebook, which computes the same numbers with vit_core anywhere."""

from __future__ import annotations

import base64
import hashlib
import html
import io
import json
import textwrap
from collections.abc import Sequence
from typing import Any

from PIL import Image

from demo.page.texts import notebook_texts, texts
from vit_core import available
from vit_core.config import Answer
from vit_core.decoding import Beam, Strategy
from vit_core.interventions import Intervention, SentenceIntervention

MEDIA = "application/x-ipynb+json"
LINE = 100  # characters of a photo in a line

PERCENT = '''\
def percent(share):
    """{about}"""
    p = 100 * float(share)
    for least, decimals in ((99.95, 0), (9.995, 1), (0.9995, 2), (0.001, 3)):
        if p >= least:
            return f"{{min(p, 100):.{{decimals}}f}} %"
    return "< 0.001 %" if p > 0 else "0 %"'''

# The figures of each screen, as code; for other screens, the notebook has only its first cells.
PHOTO_FIGURES = {
    "patches": "figures.fig7_left(model, lang={lang!r})",
    "position": "figures.fig7_centre(model, *trace.geometry.grid, lang={lang!r})",
    "": "figures.fig6(model, trace, intervention=intervention, query=query, lang={lang!r})",
}
BETWEEN_WORDS = (
    "figures.vaswani3(said.trace, part=part, layer=layer, word=word, "
    "source=figures.as_written(model.tokenizer, text), lang={lang!r})"
)
SENTENCE_FIGURES = {
    "before": (
        'gru = vit_core.load("gru-attention-de-en")\n'
        "figure = figures.bahdanau3(\n    vit_core.translate_recurrent(gru, text).trace, "
        "source=figures.as_written(gru.tokenizer, text), lang={lang!r}\n)"
    ),
    "": "figure = " + BETWEEN_WORDS,
}
BEAM_FIGURE = "figure = figures.beam(model, said, strategy, lang={lang!r})"
DRAWN = 'Picture(figures.written(figure, "png"))'


class Notebook:
    """A notebook under construction, in one language."""

    def __init__(self, lang: str) -> None:
        self._words, self._page = notebook_texts(lang), texts(lang)
        self._cells: list[dict[str, Any]] = []

    def say(self, key: str) -> None:
        """Add a Markdown cell: the first line of an entry is its heading."""
        level = "##" if self._cells else "#"
        self._add("markdown", f"{level} {self.text(key)}")

    def percent(self) -> str:
        """The code of a function that formats numbers as the page does."""
        return PERCENT.format(about=self.text("percent"))

    def text(self, key: str) -> str:
        """A text of the notebook or, with a full key, of the page."""
        return self._words.get(f"notebook.{key}") or html.unescape(self._page[key])

    def line(self, key: str, **fields: str) -> str:
        """A text as the code of an f-string, whose fields are expressions without quotes."""
        text = self.text(key)
        for name, expression in fields.items():
            text = text.replace(f"{{{name}}}", f"{{{expression}}}")
        return f"f{text!r}"

    def run(self, code: str) -> None:
        """Add a cell of code."""
        self._add("code", code, execution_count=None, outputs=[])

    def _add(self, kind: str, source: str, **more: Any) -> None:
        name = hashlib.sha256(f"{len(self._cells)} {source}".encode()).hexdigest()[:8]
        self._cells.append({"cell_type": kind, "id": name, "metadata": {}, "source": source, **more})

    def written(self) -> bytes:
        """The notebook's file, in nbformat 4.5."""
        kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
        about = {"kernelspec": kernel, "language_info": {"name": "python"}}
        notebook = {"cells": self._cells, "metadata": about, "nbformat": 4, "nbformat_minor": 5}
        return json.dumps(notebook, ensure_ascii=False, indent=1).encode()


def of_photo(
    square: Image.Image,
    *,
    model: str,
    change: Intervention,
    answer: Answer | None,
    names: str,
    layer: int,
    head: int,
    query: int,
    screen: str,
    lang: str,
) -> bytes:
    """A notebook of one photo as a model reads it.

    Args:
        square: the exact pixels that are read, before normalisation.
        change: what is switched off or moved in the pass.
        answer: the kind of the head's answer (`ViTConfig.answer`); None without a head.
        names: language of the names of its classes.
        layer, head, query: the row of attention that is printed.
        screen: whose figure is drawn.
    """
    made = Notebook(lang)
    made.say("photo")
    made.say("install")
    made.run(
        "import base64\nimport io\n\nfrom IPython.display import Image as Picture\nfrom PIL import Image\n\n"
        "import vit_core\nfrom vit_core import figures\nfrom vit_core.interventions import Intervention\n"
        f"from vit_core.trace import trace_pixels\n\n\n{made.percent()}"
    )
    _model(made, model)
    made.say("square")
    made.run(
        f'photo = """\n{_lines(_png(square))}\n"""\nsquare = Image.open(io.BytesIO(base64.b64decode(photo)))\nsquare'
    )
    made.say("changed" if change != Intervention() else "pass")
    shown = {
        None: "",
        "number": 'print(*(f"{name}: {number:.4g}" for name, number in trace.numbers()), sep="\\n")',
    }.get(answer, _classes(names))
    made.run(
        f"intervention = {_literal(change)}\n"
        f"pixels = model.preprocess.at({square.width}).normalise(square)\n"
        f"trace = trace_pixels(model, pixels, edit=intervention.edits(model.model.config.d_head))\n{shown}".rstrip()
    )
    made.say("head")
    patch = made.line("attention.patch", row="patch // columns + 1", col="patch % columns + 1")
    heading = made.line("of_head", token="name(query)", layer="layer + 1", head="head + 1")
    made.run(
        f"layer, head, query = {layer}, {head}, {query}\n"
        "row = trace.pattern(layer, head)[query]\n"
        "prefix, columns = trace.geometry.prefix, trace.geometry.grid[1]\n\n\n"
        "def name(token):\n"
        "    if token < len(prefix):\n        return prefix[token]\n"
        "    patch = token - len(prefix)\n"
        f"    return {patch}\n\n\n"
        f"print({heading})\n"
        "first = [*range(len(prefix)), *(row[len(prefix):].argsort(descending=True)[:8] + len(prefix)).tolist()]\n"
        'print(*(f"{name(token)}: {percent(row[token])}" for token in first), sep="\\n")'
    )
    made.say("figure")
    made.run(f"figure = {PHOTO_FIGURES.get(screen, PHOTO_FIGURES['']).format(lang=lang)}\n{DRAWN}")
    return made.written()


def of_sentence(
    text: str,
    *,
    model: str,
    strategy: Strategy,
    prefix: Sequence[int],
    change: SentenceIntervention,
    causal_off: bool,
    part: str,
    layer: int,
    head: int | None,
    word: int,
    screen: str,
    lang: str,
) -> bytes:
    """A notebook of one sentence and its translation.

    Args:
        change, causal_off: what is switched off in the passes, and whether the decoder's mask is.
        part, layer, head, word: the row of attention that is printed; without a head, the mean over all heads.
        screen: whose figure is drawn.
    """
    made = Notebook(lang)
    made.say("sentence")
    made.say("install")
    made.run(
        "from dataclasses import replace\n\nfrom IPython.display import Image as Picture\n\n"
        "import vit_core\nfrom vit_core import figures\nfrom vit_core.decoding import Beam, Greedy, Sample\n"
        "from vit_core.interventions import SentenceIntervention\nfrom vit_core.sentence_trace import keep_sentence\n"
        "from vit_core.seq2seq import without_causal_mask\nfrom vit_core.tap import EditTap, null_tap\n\n\n"
        + made.percent()
    )
    _model(made, model)
    is_changed = causal_off or change != SentenceIntervention()
    made.say("changed_text" if is_changed else "text")
    without_mask = "model = replace(model, model=without_causal_mask(model.model))\n" if causal_off else ""
    made.run(
        f"{without_mask}text = {text!r}\nstrategy = {_literal(strategy)}\nintervention = {_literal(change)}\n"
        "edits = intervention.edits(model.model.config)\n"
        "kept = intervention.undivided()\n"
        "said = vit_core.translate(\n"
        f"    model, text, strategy=strategy, prefix={tuple(prefix)!r},\n"
        "    keep=lambda name: keep_sentence(name) or name in kept, watch=EditTap(edits) if edits else null_tap,\n)\n"
        "print(said.text)\nprint(said.tokens)"
    )
    made.say("head")
    way = "open" if part == "decoder" and causal_off else part
    step = {"step": "word + 1", "read": "read[word]", "written": "said.trace.target_tokens[word]"}
    asks = "said.trace.source_tokens[word]" if part == "encoder" else made.line("decoder.step", **step)
    fields = {"token": "asks", "layer": "layer + 1", "head": "head + 1"}
    heading = made.line("of_mean_between" if head is None else "of_head_between", **fields).replace(
        "{attention}", made.text(f"decoder.way_{way}")
    )
    row = "said.trace.pattern(layer, part=part).mean(0)" if head is None else "said.trace.pattern(layer, head, part)"
    made.run(
        f"part, layer, head, word = {part!r}, {layer}, {head!r}, {word}\n"
        f"row = {row}[word]\n"
        f"read = [{made.text('pieces.start')!r}, *said.trace.target_tokens[:-1]]\n"
        f"asks = {asks}\n"
        f"answer = {'read' if part == 'decoder' else 'said.trace.source_tokens'}\n\n"
        f"print({heading})\n"
        'print(*(f"{token}: {percent(share)}" for token, share in zip(answer, row)), sep="\\n")'
    )
    made.say("figure")
    figure = SENTENCE_FIGURES.get(screen, SENTENCE_FIGURES[""])
    if screen == "translation" and isinstance(strategy, Beam):
        figure = BEAM_FIGURE
    made.run(f"{figure.format(lang=lang)}\n{DRAWN}")
    return made.written()


def _classes(names: str) -> str:
    """Code that prints the most probable classes; a trace has their English names."""
    if names == "en":
        return 'print(*(f"{name}: {percent(share)}" for name, share in trace.top(5)), sep="\\n")'
    return (
        f"names = model.labels_by_language[{names!r}]\n"
        'print(*(f"{names[one.index]}: {percent(one.probability)}" for one in trace.top_classes(5)), sep="\\n")'
    )


def _model(made: Notebook, name: str) -> None:
    made.say("model" if any(spec.name == name for spec in available()) else "own_model")
    made.run(f"model = vit_core.load({name!r})")


def _literal(value: Any) -> str:
    """A value as code; sets are sorted, so that the same state gives the same file."""
    fields = {name: getattr(value, name) for name in value.__dataclass_fields__}
    said = (
        f"{name}=frozenset({sorted(one)!r})" if isinstance(one, frozenset) else f"{name}={one!r}"
        for name, one in fields.items()
    )
    return f"{type(value).__name__}({', '.join(said)})"


def _png(square: Image.Image) -> bytes:
    out = io.BytesIO()
    square.save(out, "PNG", optimize=True)
    return out.getvalue()


def _lines(data: bytes) -> str:
    return "\n".join(textwrap.wrap(base64.b64encode(data).decode(), LINE))
