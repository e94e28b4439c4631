"""The papers' figures for any model and any input, drawn by matplotlib, without the page.

    from vit_core import figures
    model = vit_core.load("vit-s14-everyday")
    figure = figures.fig7(model, vit_core.trace_image(model, "cat.jpg"), lang="ko")
    figures.save(figure, "fig7.pdf")            # .svg, .png: by the ending

Each function returns a matplotlib Figure; pyplot is never imported. What is drawn is what vit_core.analysis computes
and the page shows. `python -m vit_core.figures --list` names them all.
"""

from vit_core.figures.errors import FigureError
from vit_core.figures.photos import fig6, fig7, fig7_centre, fig7_left, fig7_right, fig11, fig14
from vit_core.figures.recurrent import Gradients, bahdanau2, gradient, gradients_of
from vit_core.figures.search import beam, length
from vit_core.figures.sentences import bahdanau3, vaswani3, vaswani4, vaswani5
from vit_core.figures.style import FORMATS, STYLE, add_to_caption, save, written
from vit_core.figures.words import LANGUAGES, as_written, said

__all__ = [
    "FORMATS",
    "LANGUAGES",
    "STYLE",
    "FigureError",
    "Gradients",
    "add_to_caption",
    "as_written",
    "bahdanau2",
    "bahdanau3",
    "beam",
    "fig6",
    "fig7",
    "fig7_centre",
    "fig7_left",
    "fig7_right",
    "fig11",
    "fig14",
    "gradient",
    "gradients_of",
    "length",
    "said",
    "save",
    "vaswani3",
    "vaswani4",
    "vaswani5",
    "written",
]
