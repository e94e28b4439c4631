"""The Korean on the page reads as Korean: one register, the field's terms, particles that fit whatever is filled in."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Callable, Collection

import pytest

from demo.page.texts import FOLDER, notebook_texts, texts
from demo.page.tours import own_tours
from vit_core.figures.words import WORDS

KOREAN = texts("ko")
# What stands in figures that are files.
LABELS = {f"figures.{key}": korean for key, (_, korean) in WORDS.items()}
# What notebooks say around their code.
CODE = re.compile(r"`[^`]+`|^    .+$", re.MULTILINE)
LABELS |= {key: CODE.sub("", korean) for key, korean in notebook_texts("ko").items()}
SOURCE = "\n".join(path.read_text("utf-8") for path in sorted((FOLDER / "ko").rglob("*.md")))
# What guided tours say, without the marks that the page reads in it.
TOURS = {
    f"{tour.name}, line {step.line}": re.sub(
        r"\$[^$]+\$|\]\(#[^)]+\)|\[|(?<=\{\{)one: |(?<=\|)each: |(?<=\|)number: ",
        "",
        "\n".join([*step.says, step.tries]),
    )
    for tour in own_tours("ko")
    for step in tour.steps
}

# What the page does not say, and what it says instead: one word for one thing, the one that Korean courses use.
REJECTED = {
    r"\[값\]|값\(V\)|키[와·] ?값": "밸류: 값 is any number that is read",
    r"(?<!층 )정규화\]\(#norm\)": "층 정규화",
    r"잔차(?! 연결| 스트림)": "잔차 연결 or 잔차 스트림",
    r"(?<!은닉 )상태\]\(#state\)|기억 \*?c": "은닉 상태, of an LSTM also 셀 상태",
    r"코사인\]\(#cosine\)": "코사인 유사도",
    "물줄기|스트림의? 흐름": "스트림",
    "빔 탐색|탐욕": "빔 서치, 그리디 서치",
    "길이 벌점": "길이 페널티",
    "추첨|제비": "무작위 추출(샘플링)",
    "강제": "지정하다, on a button 이 단어로 쓰기",
    "마스크를? (걷|풀|벗)|걷음": "마스크 해제",
    "주차|세워 두": "싱크 토큰",
    "사슬": "순환 구조",
    "여럿": "다대다, 다대일",
    "마디|나무": "노드, 트리",
    r"가지(?:의 결과| 앞|는 바로)|가지를? (?:더|지나)": "갈래 of a block; 가지 is a beam tree's",
    "종료 토큰": "끝 토큰",
    "갱신 게이트": "업데이트 게이트",
    "물음|물어봐요": "질문, 질문해요 of a query",
    "활동지": "학습지",
    "예제": "예시, of sentences 예문",
    "첫째(?!:)": "1위 of a class; 첫째: counts up",
    "길이로 (?:나|보여)|유난히 길|벡터의 길이": "노름; 길이 is how many there are",
    "루트로": "제곱근; 루트 is how a formula is read aloud",
    r"(?<!바로)잡아 |잡은 |잡힌 ": "고정하다",
    "위쪽:": "세로축",
    r"‘\{": "“…” around what is filled in, as everywhere; ‘…’ around what a button says",
    r"\}\**\s*정도": "정도 means about, and the numbers are exact",
    "걸음": "학습 스텝",
    "자루": "순서 없는 단어 모음(bag of words)",
    "커닝": "치팅",
    "번역기": "번역 모델",
    "몫": "비율, for an even share 균등하게 나눌 때",
    "토큰 길이": "차원 수(d_model)",
    "폭발": "기울기 폭주",
    "시험 문장|시험용": "테스트 문장",
    "보이는 (단어|토큰)": "참조되는 단어(키)",
    "이름표": "레이블",
    "네트워크들": "신경망",
    "백만 개": "counts go by 만 and 억: core/text.js, large()",
}
# What the English calls by a name is called so in Korean, too: {English: (Korean, where it goes without saying)}.
CALLED: dict[str, tuple[str, set[str]]] = {
    "end token|⟨end⟩": ("끝 토큰|⟨끝⟩", set()),
    "start token": ("시작 토큰", set()),
    "update gate": ("업데이트 게이트", set()),
    "reset gate": ("리셋 게이트", set()),
    "forget gate": ("망각 게이트", set()),
    "candidate": ("후보", set()),
    "class head": ("분류 헤드", set()),
    "causal mask": ("인과 마스크", set()),
    "padding": ("패딩", set()),
    "square root|the root": ("제곱근", {"formula.root"}),
    r"standard deviation": ("표준편차", set()),
    r"\bbranch(?:es)?\b(?! off)": ("갈래", {"start.branch", "figures.cut"}),
    r"\bupwards: ": ("세로축", set()),
    r"\bfed\b": ("넣", {"words.learned_not"}),
    r"\bnorms?\b": ("노름|정규화|norm", set()),
    "length penalty": ("길이 페널티", set()),
    r"\bentropy": ("엔트로피", set()),
    r"\bbias\b": ("편향", set()),
    r"\bresidual": ("잔차", set()),
    r"\bcheckpoint": ("체크포인트", set()),
    r"\btemperature": ("온도", set()),
    r"\bgradient": ("기울기", set()),
    r"\bbeam": ("빔", set()),
    r"\beven share": ("균등", set()),
}
# Names of people, models, data, formats, keys, functions, options and units. Single letters belong to formulas, and a
# gloss in brackets behind its Korean word, as in 기울기(gradient), needs no entry.
# fmt: off
NAMES = {
    "Abnar", "Zuidema", "Bahdanau", "Cho", "Kobayashi", "Li", "Pascanu", "Google", "AugReg", "Marian",
    "OPUS-MT", "Tatoeba", "Multi30k", "arXiv",
    "Attention", "Is", "All", "You", "Need", "ViT", "ViT-B", "ViT-L", "ViT-S", "CaiT", "DINOv2", "DINOv2-S",
    "RNN", "LSTM", "GRU", "torchvision",
    "ImageNet", "ImageNet-1k", "ImageNet-21k", "Tiny-ImageNet", "CLS", "MLP", "GELU", "ReLU", "SiLU", "tanh",
    "log", "RGB", "CPU", "GPU", "LayerScale", "d_model", "L2", "FF", "add", "norm", "sRGB",
    "BLEU", "chrF", "top-k", "top-p", "NaN", "SHA-256", "Ctrl", "Shift", "Enter", "Escape", "Home", "End", "px",
    "ms", "MB", "UTF-8", "Seq2Seq",
    "BMP", "GIF", "HEIC", "JPEG", "PNG", "SVG", "TIFF", "TSV", "WebP", "float16", "float32", "safetensors",
    "Git", "LFS", "git", "lfs", "pull", "TorchScript", "PyTorch", "NumPy", "npz", "timm", "transformers", "LoRA",
    "PEFT", "SwiGLU", "giant", "Shazeer", "SentencePiece", "JSON", "pickle", "Python", "get", "set", "Microscope",
    "merge_and_unload", "model.safetensors", "opus-mt", "config.json", "weight_map", "problem_type", "rescale_offset",
    "n_classes",
    "n_registers", "patch_size", "image_size", "distilled_head", "early_stopping", "true", "false", "never", "http",
    "https", "models-dir", "host", "HF_HUB_OFFLINE", "QR", "CSV", "NPZ", "PDF",
}
# fmt: on
# Placeholders that always end in the same sound: per cent, and names of languages.
PER_CENT = {"all", "attention_share", "mlp_share", "now", "peak", "probability", "share"}
LANGUAGES = {"found", "reads"}
PARTICLE = "으로|로|을|를|이|가|은|는|과|와|며|이며|이고|예요|이에요|라|여야"


def plain_of(text: str) -> str:
    """A text without markup."""
    return html.unescape(re.sub(r"<[^>]+>", "", text))


def plain(key: str) -> str:
    """A text without markup; of an entry of the glossary what follows its headword."""
    return plain_of(re.sub(r"^<strong>[^<]*\.</strong>", "", KOREAN[key]))


def unlike(korean: str, english: str) -> list[str]:
    """What of links, emphasis and placeholders one of two texts has and the other lacks."""
    marks = r"href=\"[^\"]+\"|<(?:strong|em|code)>|\{\w+\}"
    found, wanted = (Counter(re.findall(marks, text)) for text in (korean, english))
    return [*(found - wanted), *(wanted - found)]


def off_register(text: str) -> list[str]:
    """Sentences that do not end in 해요체, and labels that end like a sentence without its full stop."""
    stopped = re.findall(r"[가-힣]+[.?!](?=[\s)”’]|$)", text)
    formal = re.findall(r"[가-힣]+(?:니다|는다|[았었했]다|한다|된다|있다|없다|이다)(?![가-힣])", text)
    bare = re.findall(r"[가-힣]+요$", text, flags=re.MULTILINE)
    return [*(found for found in stopped if found[-2] != "요"), *formal, *bare]


def foreign(text: str) -> set[str]:
    """Words in Latin letters that are no names and no gloss of the Korean word before them."""
    text = re.sub(r"\$[^$]+\$|\{\w+\}", "", text)  # the symbols of formulas: tests/js/notation.test.js
    text = re.sub(r"(?<=[가-힣])\([A-Za-z][\w -]*(?=[),])", "(", text)
    return set(re.findall(r"[A-Za-z][\w.-]*\w", text, flags=re.ASCII)) - NAMES


def unsure_particles(text: str) -> list[str]:
    """Placeholders whose particle fits only some of what may be filled in; 을(를) is no answer either."""
    either = re.findall(r"[은을이과와]\([는를가와과]\)|\(으\)로|\(이\)", text)
    direct = re.findall(rf"\{{(\w+)\}}(?:\([^)]*\))?(?:{PARTICLE})(?![가-힣]*[번개층열행])", text)
    return [*either, *(name for name in direct if name not in PER_CENT | LANGUAGES)]


def faults(check: Callable[[str], Collection[str]]) -> dict[str, Collection[str]]:
    """What a check finds in each text."""
    found = {key: check(text) for key, text in ({key: plain(key) for key in KOREAN} | LABELS | TOURS).items()}
    return {key: what for key, what in found.items() if what}


def test_every_text_is_marked_up_as_the_english_one() -> None:
    assert not {key for key, text in KOREAN.items() if unlike(text, texts("en")[key])}
    for key, text in notebook_texts("ko").items():
        english = notebook_texts("en")[key]
        assert sorted(CODE.findall(text)) == sorted(CODE.findall(english)) and not unlike(text, english), key


def test_sentences_are_in_one_register() -> None:
    assert not faults(off_register)


def test_nothing_but_names_is_left_in_english() -> None:
    assert not faults(foreign)


def test_particles_fit_whatever_is_filled_in() -> None:
    assert not faults(unsure_particles)


@pytest.mark.parametrize("pattern", REJECTED)
def test_a_thing_has_one_name(pattern: str) -> None:
    found = [line for line in [*SOURCE.splitlines(), *LABELS.values()] if re.search(pattern, line)]
    assert not found, f"{REJECTED[pattern]}: {found}"


@pytest.mark.parametrize("english", CALLED)
def test_what_the_english_names_has_its_korean_name(english: str) -> None:
    korean, unsaid = CALLED[english]
    pairs = {key: (plain_of(texts("en")[key]), plain_of(KOREAN[key])) for key in KOREAN}
    pairs |= {f"figures.{key}": pair for key, pair in WORDS.items()}
    for tour, theirs in zip(own_tours("en"), own_tours("ko"), strict=True):
        for step, its in zip(tour.steps, theirs.steps, strict=True):
            pairs[f"{tour.name}, line {step.line}"] = (
                "\n".join([*step.says, step.tries]),
                "\n".join([*its.says, its.tries]),
            )
    named = {key: its for key, (text, its) in pairs.items() if re.search(english, text, re.IGNORECASE)}
    assert named
    assert not {key for key, its in named.items() if not re.search(korean, its)} - unsaid


def test_the_checks_see_what_they_look_for() -> None:
    assert unlike("<em>a</em> {n}", "<strong>a</strong> {n}") == ["<em>", "<strong>"]
    for text in ("값을 더합니다.", "패치는 단어다.", "토큰 {n}개.", "무엇을 보나?", "{n}개를 봐요", "값을 더한다 → 합"):
        assert off_register(text), text
    for text in ("값을 더해요.", "누가 누구를 볼까요?", "헤드마다 다른 눈금", "논문은 3.2절, 둘 다 봐요.", "표 {n}개"):
        assert not off_register(text), text
    assert foreign("기울기(gradient)와 greedy, {name}의 CLS") == {"greedy"}
    for text in (
        "{n}을 더해요.",
        "{n}를 더해요.",
        "{n}은(는) 커요.",
        "{name}이에요.",
        "{name}({share})이에요.",
        "{n}(으)로",
    ):
        assert unsure_particles(text), text
    for text in ("{share}를 받아요.", "{n}개를 더해요.", "{n} 토큰은 커요.", "{n}층이에요."):
        assert not unsure_particles(text), text
