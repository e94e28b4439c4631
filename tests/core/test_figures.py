"""Figures as files: text that stays text, in both languages; a style that can be replaced; errors in one sentence."""

from __future__ import annotations

import base64
import io
import re
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import cairosvg
import matplotlib
import numpy as np
import pypdf
import pytest
from fontTools.ttLib import TTFont
from matplotlib.text import Text
from PIL import Image
from torch import Tensor

from vit_core import figures
from vit_core.checkpoints.labels import ASSETS
from vit_core.figures import font, style
from vit_core.figures.__main__ import FIGURES, main
from vit_core.figures.words import WORDS, number, piece, power_of_ten, said, setting
from vit_core.trace import Trace, trace_pixels
from vit_core.vit import VisionTransformer


@pytest.fixture(scope="module")
def model(make_vit: Callable[..., VisionTransformer], as_loaded: Any) -> Any:
    return as_loaded(make_vit())


@pytest.fixture(scope="module")
def trace(model: Any, pixels: Tensor) -> Trace:
    return trace_pixels(model, pixels)


def texts(svg: bytes) -> str:
    return " ".join(re.findall(r"<text[^>]*>([^<]*)</text>", svg.decode()))


# ---- files


def test_text_stays_text_in_both_languages(trace: Trace) -> None:
    for lang in figures.LANGUAGES:
        svg = figures.written(figures.fig7_right(trace, lang=lang), "svg")
        for key in ("depth", "distance"):
            assert said(key, lang) in texts(svg)
        pdf = figures.written(figures.fig7_right(trace, lang=lang), "pdf")
        assert b"/FontFile2" in pdf and b"AttentionMicroscopeSans" in pdf and b"/Type3" not in pdf
        [page] = pypdf.PdfReader(io.BytesIO(pdf)).pages
        assert said("depth", lang) in page.extract_text()


@pytest.mark.parametrize("lang", figures.LANGUAGES)
def test_a_drawing_brings_the_letters_of_its_words(trace: Trace, lang: str) -> None:
    svg = figures.written(figures.fig7_right(trace, lang=lang), "svg")
    [(family, letters)] = re.findall(r'font-family: "([^"]+)"; src: url\(data:font/woff;base64,([^)]+)\)', svg.decode())
    assert family == font.FAMILY and f"font-family: '{family}'" in svg.decode()
    brought = TTFont(io.BytesIO(base64.b64decode(letters)))
    assert {ord(one) for one in texts(svg) if not one.isspace()} <= {*brought.getBestCmap()}
    assert "Open Font License" in str(brought["name"].getDebugName(13)) and len(letters) < 20_000
    drawn = Image.open(io.BytesIO(cairosvg.svg2png(svg))).convert("L")
    assert drawn.getextrema() == (0, 255)


def test_a_png_is_as_sharp_as_the_style_says_and_never_larger_than_can_be_held(
    trace: Trace, monkeypatch: pytest.MonkeyPatch
) -> None:
    figure = figures.fig7_right(trace)
    width = figure.get_size_inches()[0]
    assert Image.open(io.BytesIO(figures.written(figure, "png"))).width == pytest.approx(200 * width, rel=0.05)
    monkeypatch.setattr(style, "MOST_PIXELS", 300)
    assert Image.open(io.BytesIO(figures.written(figure, "png"))).width <= 300


@pytest.mark.parametrize("form", figures.FORMATS)
def test_the_same_figure_is_the_same_file(trace: Trace, form: str, tmp_path: Path) -> None:
    figures.save(figures.fig7_right(trace), tmp_path / f"a.{form}")
    assert (tmp_path / f"a.{form}").read_bytes() == figures.written(figures.fig7_right(trace), form)


def test_a_narrow_figure_cuts_nothing_at_its_edge(model: Any, trace: Trace) -> None:
    picture = np.asarray(Image.open(io.BytesIO(figures.written(figures.fig14(model, trace), "png"))).convert("L"))
    assert picture[:, [0, -1]].min() == picture[[0, -1]].min() == 255  # its caption is wider than the one pair of it


def test_what_somebody_wrote_is_no_formula_and_no_markup(trace: Trace, model: Any) -> None:
    odd = Trace(**{**vars(trace), "checkpoint": r"5 $ und $\frac <b>&"})
    svg = figures.written(figures.fig7_right(odd), "svg")
    assert r"5 $ und $\frac &lt;b&gt;&amp;" in texts(svg)
    assert figures.written(figures.fig7_right(odd), "pdf")


def test_settings_are_left_as_they_were_and_keep_nothing_of_whoever_draws(trace: Trace) -> None:
    plain = figures.written(figures.fig7_right(trace), "svg")
    with matplotlib.rc_context({"font.size": 30, "svg.fonttype": "path", "axes.facecolor": "red"}):
        figure = figures.fig7_right(trace)
        assert matplotlib.rcParams["font.size"] == 30
        assert figures.written(figure, "svg") == plain
        file = io.BytesIO()
        figure.savefig(file, format="svg", metadata={"Date": None})  # matplotlib's own way to a file
        assert file.getvalue() == plain
        assert matplotlib.rcParams["svg.fonttype"] == "path"


def test_threads_that_draw_in_different_styles_do_not_mix(trace: Trace, tmp_path: Path) -> None:
    (tmp_path / "large.mplstyle").write_text("font.size: 17\n")
    styles = [None, tmp_path / "large.mplstyle"]

    def drawn(one: Path | None) -> bytes:
        return figures.written(figures.fig7_right(trace, style=one), "svg")

    alone = [drawn(one) for one in styles]
    assert alone[0] != alone[1]
    with ThreadPoolExecutor(4) as threads:
        assert [*threads.map(drawn, styles * 2)] == alone * 2


# ---- style and font


def test_a_style_of_somebody_else_wins_and_what_it_leaves_out_stays(trace: Trace, tmp_path: Path) -> None:
    own = tmp_path / "own.mplstyle"
    own.write_text("axes.facecolor: 123456\ntext.parse_math: True\nbackend: agg\n")
    figure = figures.fig7_right(trace, style=own)
    assert matplotlib.colors.to_hex(figure.axes[0].get_facecolor()) == "#123456"
    svg = figures.written(figure, "svg")
    assert b"#123456" in svg and said("depth", "en") in texts(svg)
    assert figures.written(figures.fig7_right(trace, style=figures.STYLE), "svg") != svg


def test_every_letter_of_the_labels_is_in_the_font() -> None:
    there = TTFont(style.FONT).getBestCmap()
    written = {letter for pair in WORDS.values() for text in pair for letter in text} - {"\n"}
    assert not [letter for letter in written if ord(letter) not in there]
    assert style.FONT.stat().st_size <= 300_000


def test_the_font_is_the_one_that_its_command_makes(tmp_path: Path) -> None:
    """Made of itself: what the command keeps, it keeps; with a name of its own, and the licence named in it."""
    font.make(style.FONT, tmp_path / "again.ttf")
    again, shipped = TTFont(tmp_path / "again.ttf"), TTFont(style.FONT)
    assert again.getBestCmap() == shipped.getBestCmap()
    names = {one.nameID: str(one) for one in shipped["name"].names}
    assert names[1] == font.FAMILY and "Open Font License" in names[13]
    assert font.FAMILY in figures.STYLE.read_text()


def test_pieces_are_named_as_on_the_page() -> None:
    assert [piece(one, "en") for one in ("▁Hund", "en", "▁", "</s>")] == ["Hund", "·en", "␣", "[end]"]
    assert piece("<unk>", "ko") == "[모르는 단어]"
    assert [power_of_ten(one) for one in (-12, 0, 3)] == ["10⁻¹²", "1", "10³"]


# ---- what is wrong


def test_what_is_wrong_is_said_in_a_sentence(model: Any, trace: Trace, tmp_path: Path) -> None:
    (tmp_path / "none.mplstyle").write_text("no style at all")
    for ask, sentence in (
        (lambda: figures.fig7_right(trace, lang="fr"), "figures speak en, ko, not 'fr'"),
        (lambda: figures.fig7_right(trace, style="nowhere.mplstyle"), "there is no style file nowhere.mplstyle"),
        (lambda: figures.fig7_right(trace, style=tmp_path / "none.mplstyle"), "is no style file of matplotlib"),
        (lambda: figures.written(figures.fig7_right(trace), "gif"), "written as svg, png, pdf, not as 'gif'"),
        (lambda: figures.fig6(model), "fig6 takes at least one picture"),
    ):
        with pytest.raises(figures.FigureError, match=re.escape(sentence)):
            ask()
    with pytest.raises(IndexError, match="query takes a whole number from 0 to 20, not 99"):
        figures.fig6(model, trace, query=99)
    with pytest.raises(TypeError, match=r"takes what vit_core\.trace_image gives, not 'cat\.jpg'"):
        figures.fig7_right("cat.jpg")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="takes a model that reads pictures"):
        figures.fig7_left("vit")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="gives, not a value of the type Trace"):
        figures.vaswani3(trace)  # type: ignore[arg-type]


# ---- the command


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory, photo: Image.Image) -> str:
    path = tmp_path_factory.mktemp("photos") / "photo.png"
    photo.save(path)
    return str(path)


def test_the_command_tells_its_names(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    listed = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert listed == [*FIGURES]
    of_the_papers = {"fig6", "fig7", "fig11", "bahdanau3", "vaswani3", "vaswani4", "vaswani5"}
    assert of_the_papers | {"beam", "length", "gradient"} <= {*listed}


SENTENCE = ["--text", "Der kleine Hund schläft und träumt von Knochen."]
COMMANDS = {
    "fig6": ["--photo", "PHOTO", "--photo", "PHOTO", "--model", "vit-course-48"],
    "fig7": ["--photo", "PHOTO", "--model", "vit-course-48"],
    "fig7-left": ["--model", "vit-course-48"],
    "fig7-centre": ["--model", "vit-course-48", "--size", "64"],
    "fig7-right": ["--photo", "PHOTO", "--model", "vit-course-48"],
    "fig11": ["--photo", "PHOTO", "--model", "vit-course-48", "--model", "vit-course-48"],
    "fig14": ["--photo", "PHOTO", "--photo", "PHOTO", "--model", "vit-course-48", "--gamma", "1"],
    "bahdanau2": ["--kind", "single", "--metric", "chrf"],
    "bahdanau3": SENTENCE,
    "vaswani3": [*SENTENCE, "--model", "twin-masked-de-en", "--layer", "1", "--word", "2"],
    "vaswani4": [*SENTENCE, "--model", "twin-masked-de-en", "--head", "1", "--head", "2"],
    "vaswani5": [*SENTENCE, "--model", "twin-masked-de-en", "--part", "cross"],
    "beam": [*SENTENCE, "--model", "twin-masked-de-en", "--beam", "2"],
    "length": [*SENTENCE, "--model", "twin-masked-de-en", "--length-penalty", "1.2"],
    "gradient": [*SENTENCE, "--target", "The dog sleeps.", "--word", "2"],
}


@pytest.fixture(scope="module")
def drawn(picture: str, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[Any, Path]]:
    """What the command draws of a figure, with Korean words, and the file that it writes; each is drawn once."""
    folder = tmp_path_factory.mktemp("drawn")

    @cache
    def draw(name: str) -> tuple[Any, Path]:
        figures_drawn: list[Any] = []
        save, out = figures.save, folder / f"{name}.svg"
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(figures, "save", lambda figure, to: (figures_drawn.append(figure), save(figure, to)))
            arguments = [picture if one == "PHOTO" else one for one in COMMANDS[name]]
            assert main([name, *arguments, "--lang", "ko", "--out", str(out)]) == 0
        return figures_drawn[0], out

    return draw


@pytest.mark.parametrize("name", FIGURES)
def test_the_command_draws_every_figure_with_words_that_can_be_read(name: str, drawn: Any) -> None:
    figure, out = drawn(name)
    shown = texts(out.read_bytes())
    assert re.search("[가-힣]", shown) and out.stat().st_size > 3000
    assert covered(figure) == []
    opened = Image.open(io.BytesIO(cairosvg.svg2png(out.read_bytes()))).convert("RGB")
    assert opened.getcolors(20) is None


def covered(figure: Any) -> list[tuple[str, str]]:
    """Texts of a figure that lie over each other."""
    drawn: list[Text] = []
    draw = Text.draw
    with style.styled(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(Text, "draw", lambda text, *given: (drawn.append(text), draw(text, *given)))
        figure.draw_without_rendering()
        boxes = [
            (one.get_text(), Text.get_window_extent(one).padded(-0.5))  # of an annotation without its line
            for one in dict.fromkeys(drawn)
            if one.get_visible() and one.get_text().strip()
        ]
    assert len(boxes) >= 2
    return [
        (one, other) for at, (one, box) in enumerate(boxes) for other, beside in boxes[at + 1 :] if box.overlaps(beside)
    ]


@pytest.mark.parametrize("name", ["vaswani4", "vaswani5"])
def test_the_words_of_one_panel_stand_apart_from_those_of_the_other(name: str, drawn: Any) -> None:
    """By more than a word is high: where they only do not touch, the two rows are read as one."""
    figure, _ = drawn(name)
    with style.styled():
        figure.draw_without_rendering()
        upper, lower = ([text.get_window_extent() for text in axis.texts if text.get_text()] for axis in figure.axes)
        heights = [min(box.height, box.width) for box in (*upper, *lower)]
    assert min(box.y0 for box in upper) - max(box.y1 for box in lower) > np.median(heights)


def test_numbers_have_three_digits_zeros_too_and_settings_as_they_were_chosen() -> None:
    computed = (-1.3, -10, -0.084, -0.0697, 100, 8.354)
    assert [number(one) for one in computed] == ["−1.30", "−10.0", "−0.0840", "−0.0697", "100", "8.35"]
    assert (setting(0.6), setting(1)) == ("0.6", "1")


def test_places_stand_beside_the_lines_that_they_are_of(drawn: Any) -> None:
    figure, _ = drawn("length")
    with style.styled():
        figure.draw_without_rendering()
        panel = figure.axes[1]
        places = [Text.get_window_extent(text).x0 for text in panel.texts]
        assert len(places) >= 2 and min(places) > panel.get_window_extent().x1


@pytest.mark.parametrize("name", ["fig7-right", "fig11"])
def test_heads_are_named_beside_the_dots(name: str, drawn: Any) -> None:
    """Among them the dots of the names would be read as numbers."""
    figure, _ = drawn(name)
    with style.styled():
        figure.draw_without_rendering()
        for axis in figure.axes:
            assert axis.get_legend().get_window_extent().x0 >= axis.get_window_extent().x1


def test_gradients_are_those_of_a_late_word_until_one_is_named(tmp_path: Path) -> None:
    files = [tmp_path / "late.svg", tmp_path / "named.svg", tmp_path / "first.svg"]
    words = ["--text", "Ich bin mir sicher, dass er morgen kommen wird.", "--target", "I'm sure he will come tomorrow."]
    for file, more in zip(files, ([], ["--word", "7"], ["--word", "1"]), strict=True):
        assert main(["gradient", *words, *more, "--out", str(file)]) == 0
    late, named, first = (file.read_bytes() for file in files)
    assert late == named != first and "“come”" in texts(late)


def test_the_line_below_can_be_left_out(tmp_path: Path) -> None:
    for more, there in ([], True), (["--no-caption"], False):
        assert main(["bahdanau2", *more, "--out", str(tmp_path / "a.svg")]) == 0
        assert ("arXiv" in texts((tmp_path / "a.svg").read_bytes())) == there


def test_a_model_from_a_folder_is_named_by_the_folder_alone(picture: str, model: Any, tmp_path: Path) -> None:
    folder = tmp_path / "above" / "mine"
    shutil.copytree(ASSETS / "checkpoints" / "vit-course-48", folder)
    assert main(["fig7", "--model", str(folder), "--photo", picture, "--out", str(tmp_path / "a.svg")]) == 0
    shown = texts((tmp_path / "a.svg").read_bytes())
    assert "mine" in shown and "above" not in shown


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["fig99", "--out", "a.svg"], "the figure is one of fig6, "),
        (["--out", "a.svg"], "the figure is one of fig6, "),
        (["fig7_right", "--out", "a.svg"], "fig7-right needs --photo"),
        (["fig7", "--out", "a.svg"], "fig7 needs --photo"),
        (["fig7", "--photo", "PHOTO"], "fig7 needs --out"),
        (["vaswani3", "--out", "a.svg"], "vaswani3 needs --text"),
        (["fig7", "--photo", "nowhere.jpg", "--out", "a.svg"], "there is no file nowhere.jpg"),
        (["fig7", "--photo", __file__, "--out", "a.svg"], "is no picture"),
        (["fig7", "--photo", "PHOTO", "--out", "a.gif"], "--out ends in .svg, .png, .pdf, not in '.gif'"),
        (["fig7", "--photo", "PHOTO", "--out", "nowhere/a.svg"], "there is no folder nowhere"),
        (["fig7", "--photo", "PHOTO", "--photo", "PHOTO", "--out", "a.svg"], "fig7 takes one photo, not 2"),
        (["fig7-left", "--model", "no such model", "--out", "a.svg"], "no such model"),
        (["fig7", "--photo", "PHOTO", "--model", "gru-de-en", "--out", "a.svg"], "gru-de-en is a recurrent translator"),
        (["vaswani3", *SENTENCE, "--model", "vit-course-48", "--out", "a.svg"], "is a model that reads pictures"),
        (["gradient", *SENTENCE, "--model", "twin-masked-de-en", "--out", "a.svg"], "takes a recurrent translator"),
        (["bahdanau3", *SENTENCE, "--model", "gru-de-en", "--out", "a.svg"], "gru-de-en has no attention"),
        (["vaswani3", *SENTENCE, "--model", "twin-masked-de-en", "--layer", "3", "--out", "a.svg"], "--layer takes"),
        (["vaswani4", *SENTENCE, "--model", "twin-masked-de-en", "--head", "1", "--out", "a.svg"], "takes two heads"),
        (["fig7-left", "--model", "vit-course-48", "--style", "nowhere", "--out", "a.svg"], "there is no file nowhere"),
    ],
)
def test_the_command_says_what_is_wrong_in_one_line(
    arguments: list[str],
    sentence: str,
    picture: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main([picture if one == "PHOTO" else one for one in arguments]) == 2
    heard = capsys.readouterr()
    assert sentence in heard.err and heard.err.count("\n") == 1 and not heard.out
    assert not [*tmp_path.iterdir()]
