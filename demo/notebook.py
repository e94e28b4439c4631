"""The state of the page as a Jupyter notebook, which computes the same numbers with vit_core wherever it is opened."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import textwrap
from collections.abc import Sequence
from typing import Any

from PIL import Image

from demo.texts import LANGUAGES
from vit_core import available
from vit_core.decoding import Beam, Strategy
from vit_core.interventions import Intervention, SentenceIntervention

MEDIA = "application/x-ipynb+json"
LINE = 100  # characters of a photo in a line

# What the notebook says, in English and Korean. What a visitor typed stands in its code alone, as a literal.
WORDS = {
    "photo": (
        "# Attention Microscope: a photo\n\nThe numbers of one head for one photo, computed here by `vit_core`.",
        "# Attention Microscope: 사진\n\n사진 한 장에 대한 헤드 하나의 숫자를 `vit_core`로 직접 계산해요.",
    ),
    "sentence": (
        "# Attention Microscope: a sentence\n\n"
        "The numbers of one head for one sentence, computed here by `vit_core`.",
        "# Attention Microscope: 문장\n\n문장 하나에 대한 헤드 하나의 숫자를 `vit_core`로 직접 계산해요.",
    ),
    "install": (
        "## Install\n\nPut this notebook into the folder of Attention Microscope, where `app.py` is, and there:\n\n"
        "    python3 -m venv .venv\n    .venv/bin/pip install -r requirements.txt jupyterlab\n"
        "    .venv/bin/jupyter lab\n\n"
        "The numbers are those on the screen. With another version of torch, or on another processor, the last digit "
        "printed may be another one.",
        "## 설치\n\n이 노트북을 Attention Microscope 폴더(`app.py`가 있는 곳)에 넣고, 그 폴더에서 실행하세요.\n\n"
        "    python3 -m venv .venv\n    .venv/bin/pip install -r requirements.txt jupyterlab\n"
        "    .venv/bin/jupyter lab\n\n"
        "숫자는 화면에 나온 것과 같아요. torch 버전이나 프로세서가 다르면 마지막 자리가 다를 수 있어요.",
    ),
    "model": ("## The model", "## 모델"),
    "own_model": (
        "## The model\n\nThe page has it from a folder of its own: write that folder in place of the name.",
        "## 모델\n\n서버의 폴더에서 불러온 모델이에요. 이름 대신 그 폴더의 경로를 적으세요.",
    ),
    "square": (
        "## The photo\n\nThe square that the model reads, pixel for pixel. Whoever gets this file gets the photo.",
        "## 사진\n\n모델이 읽는 정사각형을 픽셀 그대로 담았어요. 이 파일을 받는 사람은 사진도 받게 돼요.",
    ),
    "pass": ("## The pass", "## 순전파"),
    "changed": (
        "## The pass\n\nWith what was switched off or moved on the page.",
        "## 순전파\n\n페이지에서 끄거나 옮긴 것을 그대로 반영해요.",
    ),
    "text": ("## The sentence and its translation", "## 문장과 번역"),
    "changed_text": (
        "## The sentence and its translation\n\nWith what was switched off on the page.",
        "## 문장과 번역\n\n페이지에서 끈 것을 그대로 반영해요.",
    ),
    "head": (
        "## What the head looks at\n\nLayers, heads, tokens and steps count from 0 here and from 1 on the page. A row "
        "adds up to 1.",
        "## 헤드가 보는 곳\n\n층, 헤드, 토큰, 단계를 여기서는 0부터, 페이지에서는 1부터 세요. 한 행의 합은 1이에요.",
    ),
    "figure": (
        "## The figure\n\n`figures.save(figure, \"figure.pdf\")` keeps it; `.svg` and `.png` by the ending.",
        '## 그림\n\n`figures.save(figure, "figure.pdf")`로 저장해요. 끝이 `.svg`나 `.png`이면 그 형식이 돼요.',
    ),
}  # fmt: skip

PERCENT = '''\
def percent(share):
    """As the page prints it: three digits."""
    p = 100 * float(share)
    for least, decimals in ((99.95, 0), (9.995, 1), (0.9995, 2), (0.001, 3)):
        if p >= least:
            return f"{min(p, 100):.{decimals}f} %"
    return "< 0.001 %" if p > 0 else "0 %"'''

# Of what is drawn on a screen, as code; elsewhere what the first lines show.
PHOTO_FIGURES = {
    "patches": "figures.fig7_left(model, lang={lang!r})",
    "position": "figures.fig7_centre(model, *trace.geometry.grid, lang={lang!r})",
    "": "figures.fig6(model, trace, what_if=what_if, query=query, lang={lang!r})",
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
        self._at = LANGUAGES.index(lang)
        self._cells: list[dict[str, Any]] = []

    def say(self, key: str) -> None:
        """Add a cell of words."""
        self._add("markdown", WORDS[key][self._at])

    def run(self, code: str) -> None:
        """Add a cell of code."""
        self._add("code", code, execution_count=None, outputs=[])

    def _add(self, kind: str, source: str, **more: Any) -> None:
        name = hashlib.sha256(f"{len(self._cells)} {source}".encode()).hexdigest()[:8]
        self._cells.append({"cell_type": kind, "id": name, "metadata": {}, "source": source, **more})

    def written(self) -> bytes:
        """The file, of nbformat 4.5."""
        kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
        about = {"kernelspec": kernel, "language_info": {"name": "python"}}
        notebook = {"cells": self._cells, "metadata": about, "nbformat": 4, "nbformat_minor": 5}
        return json.dumps(notebook, ensure_ascii=False, indent=1).encode()


def of_photo(
    square: Image.Image,
    *,
    model: str,
    change: Intervention,
    named: bool,
    layer: int,
    head: int,
    query: int,
    screen: str,
    lang: str,
) -> bytes:
    """A notebook of one photo as a model reads it.

    Args:
        square: the very pixels that are read, before they are normalised.
        change: what is switched off or moved in the pass.
        named: whether the model names classes.
        layer, head, query: whose row of attention is printed.
        screen: whose figure is drawn.
    """
    made = Notebook(lang)
    made.say("photo")
    made.say("install")
    made.run(
        "import base64\nimport io\n\nfrom IPython.display import Image as Picture\nfrom PIL import Image\n\n"
        "import vit_core\nfrom vit_core import figures\nfrom vit_core.interventions import Intervention\n"
        f"from vit_core.trace import trace_pixels\n\n\n{PERCENT}"
    )
    _model(made, model)
    made.say("square")
    made.run(
        f'photo = """\n{_lines(_png(square))}\n"""\nsquare = Image.open(io.BytesIO(base64.b64decode(photo)))\nsquare'
    )
    made.say("changed" if change != Intervention() else "pass")
    shown = 'print(*(f"{name}: {percent(share)}" for name, share in trace.top(5)), sep="\\n")' if named else ""
    made.run(
        f"what_if = {_literal(change)}\n"
        f"pixels = model.preprocess.at({square.width}).normalise(square)\n"
        f"trace = trace_pixels(model, pixels, edit=what_if.edits(model.model.config.d_head))\n{shown}".rstrip()
    )
    made.say("head")
    made.run(
        f"layer, head, query = {layer}, {head}, {query}\n"
        "row = trace.pattern(layer, head)[query]\n"
        "prefix, columns = trace.geometry.prefix, trace.geometry.grid[1]\n\n\n"
        "def name(token):\n"
        "    if token < len(prefix):\n        return prefix[token]\n"
        "    patch = token - len(prefix)\n"
        '    return f"patch {patch + 1} (row {patch // columns + 1}, column {patch % columns + 1})"\n\n\n'
        'print(f"{name(query)} asks, layer {layer + 1}, head {head + 1}")\n'
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
        change, causal_off: what is switched off in the passes, and whether that is the decoder's mask, too.
        part, layer, head, word: whose row of attention is printed; without a head, the mean over all of them.
        screen: whose figure is drawn.
    """
    made = Notebook(lang)
    made.say("sentence")
    made.say("install")
    made.run(
        "from dataclasses import replace\n\nfrom IPython.display import Image as Picture\n\n"
        "import vit_core\nfrom vit_core import figures\nfrom vit_core.decoding import Beam, Greedy, Sample\n"
        "from vit_core.interventions import SentenceIntervention\nfrom vit_core.sentence_trace import keep_sentence\n"
        "from vit_core.seq2seq import without_causal_mask\nfrom vit_core.tap import EditTap, null_tap\n\n\n" + PERCENT
    )
    _model(made, model)
    is_changed = causal_off or change != SentenceIntervention()
    made.say("changed_text" if is_changed else "text")
    without_mask = "model = replace(model, model=without_causal_mask(model.model))\n" if causal_off else ""
    made.run(
        f"{without_mask}text = {text!r}\nstrategy = {_literal(strategy)}\nwhat_if = {_literal(change)}\n"
        "edits = what_if.edits(model.model.config)\n"
        "kept = what_if.undivided()\n"
        "said = vit_core.translate(\n"
        f"    model, text, strategy=strategy, prefix={tuple(prefix)!r},\n"
        "    keep=lambda name: keep_sentence(name) or name in kept, watch=EditTap(edits) if edits else null_tap,\n)\n"
        "print(said.text)\nprint(said.tokens)"
    )
    made.say("head")
    row = "said.trace.pattern(layer, part=part).mean(0)[word]" if head is None else (
        "said.trace.pattern(layer, head, part)[word]"
    )  # fmt: skip
    made.run(
        f"part, layer, head, word = {part!r}, {layer}, {head!r}, {word}\n"
        f"row = {row}\n"
        'written = ["<start>", *said.trace.target_tokens[:-1]]\n'
        'asks = said.trace.source_tokens if part == "encoder" else said.trace.target_tokens\n'
        'answer = written if part == "decoder" else said.trace.source_tokens\n\n'
        'print(f"{asks[word]} asks in the {part}, layer {layer + 1}, "\n'
        "      f\"{'mean of all heads' if head is None else f'head {head + 1}'}\")\n"
        'print(*(f"{token}: {percent(share)}" for token, share in zip(answer, row)), sep="\\n")'
    )
    made.say("figure")
    figure = SENTENCE_FIGURES.get(screen, SENTENCE_FIGURES[""])
    if screen == "translation" and isinstance(strategy, Beam):
        figure = BEAM_FIGURE
    made.run(f"{figure.format(lang=lang)}\n{DRAWN}")
    return made.written()


def _model(made: Notebook, name: str) -> None:
    made.say("model" if any(spec.name == name for spec in available()) else "own_model")
    made.run(f"model = vit_core.load({name!r})")


def _literal(value: Any) -> str:
    """A value as code; sets in the order of their elements, so that the same state makes the same file."""
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
