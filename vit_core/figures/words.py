"""The texts of the figures in every language of the page; in English, those of the papers."""

from __future__ import annotations

from collections.abc import Sequence

from vit_core.figures.errors import FigureError
from vit_core.text import MarianTokenizer

LANGUAGES = ("en", "ko")
# fmt: off
WORDS: dict[str, tuple[str, str]] = {
    "input": ("Input", "입력"),
    "attention": ("Attention", "어텐션"),
    "filters": ("RGB embedding filters\n(first {n} principal components)", "RGB 임베딩 필터\n(처음 {n}개 주성분)"),
    "similarity": ("Position embedding similarity", "위치 임베딩의 유사도"),
    "cosine": ("Cosine similarity", "코사인 유사도"),
    "column": ("Input patch column", "입력 패치의 열"),
    "row": ("Input patch row", "입력 패치의 행"),
    "depth": ("Network depth (layer)", "신경망의 깊이(층)"),
    "distance": ("Mean attention distance (pixels)", "평균 어텐션 거리(픽셀)"),
    "head": ("Head {n}", "헤드 {n}"),
    "mean_head": ("mean of the heads", "헤드 평균"),
    "layer": ("layer {n} of {of}", "{of}층 중 {n}층"),
    "source": ("source words (read)", "원문의 단어(읽기)"),
    "target": ("target words (written)", "번역문의 단어(쓰기)"),
    "query": ("query", "쿼리"),
    "key": ("key", "키"),
    "step": ("step {n}", "{n}단계"),
    "cut": ("cut", "잘린 가지"),
    "place": ("{n}.", "{n}위"),
    "tokens": ("Tokens written", "쓴 토큰 수"),
    "logprob": ("Log-probability (nats)", "로그 확률(내트)"),
    "score": ("Score: log-probability / {divisor}", "점수: 로그 확률 / {divisor}"),
    "winner": ("the translation", "번역문"),
    "ended": ("finished", "끝난 후보"),
    "cut_path": ("cut", "잘린 후보"),
    "kept_path": ("still open", "진행 중인 후보"),
    "gradient": ("Gradient norm (L2),\nnats per unit of the embedding", "기울기의 노름(L2),\n임베딩 1단위당 내트(nat)"),
    "trained": ("after training", "학습한 뒤"),
    "first": ("as training began", "학습 시작 때"),
    "inputs": ("Words in the order they are read", "읽은 순서대로 늘어놓은 단어"),
    "words": ("Words of the German text", "독일어 글의 단어 수"),
    "chrf": ("chrF, 0–100", "chrF, 0–100"),
    "bleu": ("BLEU, 0–100", "BLEU, 0–100"),
    "next_token": ("Next token right, %", "다음 토큰을 맞히는 비율, %"),
    "end": ("[end]", "[끝]"),
    "start": ("[start]", "[시작]"),
    "pad": ("[padding]", "[패딩]"),
    "unknown": ("[unknown]", "[모르는 단어]"),
    "changed": ("changed: {change}", "바꾼 것: {change}"),
    # Captions: which figure of which paper it is, and what differs here.
    "as_fig6": ("as Fig. 6 of arXiv 2010.11929 · {model}\n"
                "brightest patch: {peak}; brightness: (weight / largest)^{gamma}",
                "arXiv 2010.11929 그림 6의 방식 · {model}\n가장 밝은 패치: {peak}, 밝기: (가중치 / 최댓값)^{gamma}"),
    "as_fig7": ("as Fig. 7 of arXiv 2010.11929 · {model}", "arXiv 2010.11929 그림 7의 방식 · {model}"),
    "as_fig7_photo": ("as Fig. 7 of arXiv 2010.11929 · {model}\none picture; in the paper the mean of 128",
                      "arXiv 2010.11929 그림 7의 방식 · {model}\n사진 1장(논문은 128장의 평균)"),
    "as_fig11": ("as Fig. 11 of arXiv 2010.11929\none picture; in the paper the mean of 128",
                 "arXiv 2010.11929 그림 11의 방식\n사진 1장(논문은 128장의 평균)"),
    "as_fig14": ("as Fig. 14 of arXiv 2010.11929 · {model}\nbrightness: (weight / largest of the picture)^{gamma}",
                 "arXiv 2010.11929 그림 14의 방식 · {model}\n밝기: (가중치 / 사진마다의 최댓값)^{gamma}"),
    "as_bahdanau3": ("as Fig. 3 of arXiv 1409.0473 · {model}", "arXiv 1409.0473 그림 3의 방식 · {model}"),
    "as_bahdanau3_head": ("as Fig. 3 of arXiv 1409.0473, with a Transformer · {model} · {layer}, {head}",
                          "arXiv 1409.0473 그림 3의 방식, 트랜스포머 · {model} · {layer}, {head}"),
    "as_bahdanau2": ("as Fig. 2 of arXiv 1409.0473 · bands: 95 % intervals · hollow: fewer than {few} texts",
                     "arXiv 1409.0473 그림 2의 방식 · 띠: 95 % 신뢰 구간 · 속이 빈 점: 글 {few}개 미만"),
    "as_vaswani": ("as Fig. {n} of arXiv 1706.03762 · {model}\n{part}, {layer}",
                   "arXiv 1706.03762 그림 {n}의 방식 · {model}\n{part}, {layer}"),
    "encoder": ("encoder self-attention", "인코더 셀프 어텐션"),
    "decoder": ("decoder self-attention", "디코더 셀프 어텐션"),
    "cross": ("cross-attention", "크로스 어텐션"),
    "as_beam": ("beam search · {model} · width {width} · "
                "bars: probability; numbers: its logarithm, and the score (α = {alpha})",
                "빔 서치 · {model} · 너비 {width} · 막대: 확률, 숫자: 로그 확률과 점수(α = {alpha})"),
    "as_length": ("length penalty · {model} · α = {alpha}", "길이 페널티 · {model} · α = {alpha}"),
    "as_gradient": ("gradient of the loss of “{asked}” by every word read before it (arXiv 1211.5063, section 2)",
                    "“{asked}”의 손실을 그 앞에서 읽은 단어마다 미분한 기울기(arXiv 1211.5063, 2절)"),
}
# fmt: on


def said(key: str, lang: str, **values: object) -> str:
    """A text of the figures in one of LANGUAGES, with its fields filled in.

    Raises:
        FigureError: the language is none of them.
    """
    if lang not in LANGUAGES:
        raise FigureError(f"figures speak {', '.join(LANGUAGES)}, not {lang!r}")
    text = WORDS[key][LANGUAGES.index(lang)]
    return text.format(**values) if values else text


def piece(token: str, lang: str) -> str:
    """The name of a token as on the page: a dot precedes a token that continues a word, and a special token has its
    name.
    """
    special = {"</s>": "end", "<s>": "start", "<pad>": "pad", "<unk>": "unknown"}.get(token)
    if special:
        return said(special, lang)
    text = token.replace("▁", " ").strip() or "␣"
    return text if token.startswith("▁") else f"·{text}"


def as_written(tokenizer: MarianTokenizer, text: str) -> list[str]:
    """The tokens of a source text, in which unknown pieces are shown as they were written, if they are visible."""
    written, tokens = tokenizer.pieces(text), tokenizer.encode(text)
    return [
        one if one.isprintable() else tokenizer.token(token, source=True)
        for one, token in zip(written, tokens, strict=True)
    ]


def pieces(tokens: Sequence[str], lang: str) -> list[str]:
    """The names of a sentence's tokens; the first one always begins a word."""
    names = [piece(token, lang) for token in tokens]
    return [names[0].removeprefix("·"), *names[1:]] if names else []


def number(value: float) -> str:
    """A computed number with three significant digits, zeros included, and a proper minus sign."""
    return f"{value:#.3g}".rstrip(".").replace("-", "−")


def setting(value: float) -> str:
    """A chosen number, as people write it: three significant digits at most, and a proper minus sign."""
    return f"{value:.3g}".replace("-", "−")


def power_of_ten(exponent: int) -> str:
    """A power of ten, as in 10⁻³; "1" for exponent 0."""
    return "10" + str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")) if exponent else "1"
