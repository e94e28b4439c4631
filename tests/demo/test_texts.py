"""The words on the page: both languages say the same, every link leads somewhere, every key is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.errors import VisitorError
from demo.page.gallery import ASSETS
from demo.page.screens import SCREENS
from demo.page.texts import FOLDER, LANGUAGES, sentence, texts
from vit_core.reasons import Reason

# Which argument of each function of core/text.js is a key.
KEY_ARGUMENT = {"bindText": 1, "bindLabel": 2, "t": 0, "html": 0, "has": 0}
# Keys that are put together from what the server or a link says; the rest must stand in a script.
DYNAMIC = ("error.", "note.", "reason.", "strip.stage_", "glossary.")
# Formulas and names that read the same in both languages.
WITHOUT_HANGUL = {
    "models.column_d_model",  # the name of the size, in a narrow column
    "before.read_value",
    "before.named_gru",
    "before.named_lstm",
    "before.named_rnn",
    "decision.figure",
    "decision.flow_head",
    "start.name_before",
    "decision.product",
    "patches.range",
    "reason.kind_config",
    "patches.choice_words",
    "patches.choice_pixels",
    "translation.rule_exponent",
    "translation.rule_paper",
    "translation.set_k",
    "translation.set_p",
    "translation.of",
    "translation.quality",
}
# fmt: off
GLOSSARY = {
    "patch", "token", "CLS", "embedding", "position", "query", "key", "value", "head", "layer", "attention-weight",
    "softmax", "residual-stream", "norm", "MLP", "logit", "probability", "rollout", "attention-distance", "entropy",
    "sink", "register", "learned", "checkpoint", "cosine", "d_model", "LayerScale", "vocabulary", "padding",
    "cross-attention", "beam-search", "gradient", "state", "gate", "notation",
}
# fmt: on
TAGS = {"a", "p", "em", "strong", "code", "ul", "ol", "li", "br", "bdi", "span"}

SCRIPTS = {
    path.relative_to(ASSETS / "js").as_posix(): path.read_text("utf-8") for path in (ASSETS / "js").rglob("*.js")
}
KEYS = set(texts("en"))
PLURAL = re.compile(r"\{(\w+):[^{}|]+\|[^{}|]+\}")  # "{steps:step|steps}": PLURAL of core/text.js
# What lies on sheets of paper.
PRINTED = {screen.name for screen in SCREENS}
SPACES = {key.split(".")[0] for key in KEYS}


def sources(language: str) -> Iterator[tuple[str, str]]:
    """Every text file of a language."""
    for path in sorted((FOLDER / language).glob("*.md")):
        yield path.name, path.read_text("utf-8")


def arguments(script: str, start: int) -> list[str]:
    """The arguments of a call whose bracket opens just before `start`; quotes and brackets stay in one piece."""
    parts, depth, quote, i, begin = [], 0, "", start, start
    while i < len(script):
        c = script[i]
        if quote:
            i += c == "\\"
            quote = "" if c == quote else quote
        elif c in "'\"`":
            quote = c
        elif c in "([{":
            depth += 1
        elif c in ")]}" and depth:
            depth -= 1
        elif c == ")" or (c == "," and not depth):
            parts.append(script[begin:i])
            begin = i + 1
            if c == ")":
                return parts
        i += 1
    raise AssertionError(f"a call is never closed: {script[start : start + 60]}")


def asked_in(text: str) -> Iterator[str]:
    """The keys that stand in a piece of script, as patterns: '${…}' may be anything."""
    for quoted in re.findall(r"'([^'\n]*)'", text):
        if re.fullmatch(r"[a-z]+\.[\w.-]+", quoted):
            yield re.escape(quoted)
    for template in re.findall(r"`([^`]*)`", text):
        if re.fullmatch(r"(\w|\$\{[^}]*\})+\.(\w|[.-]|\$\{[^}]*\})+", template):
            yield ".+".join(re.escape(piece) for piece in re.split(r"\$\{[^}]*\}", template))


def keys_asked(script: str) -> Iterator[str]:
    """The keys that a script hands to the functions of core/text.js."""
    for call in re.finditer(r"(?<![\w.])(bindText|bindLabel|t|html|has)\(", script):
        if script[: call.start()].endswith("function "):
            continue
        handed = arguments(script, call.end())
        at = KEY_ARGUMENT[call.group(1)]
        if at < len(handed):
            yield from asked_in(handed[at])


def keys_named(script: str) -> Iterator[str]:
    """The keys that stand anywhere in a script, for instance in a table or handed through a function of its own."""
    return (pattern for pattern in asked_in(script) if pattern.split("\\.")[0] in {*SPACES, ".+"})


def test_both_languages_have_the_same_keys() -> None:
    for language in LANGUAGES:
        assert set(texts(language)) == KEYS


def test_both_languages_stand_in_the_same_files_in_the_same_order() -> None:
    outlines = [
        [(name, re.findall(r"^## +(\S+)", text, flags=re.MULTILINE)) for name, text in sources(language)]
        for language in LANGUAGES
    ]
    assert outlines[0] == outlines[1]


def test_both_languages_fill_in_the_same_names() -> None:
    english, korean = (
        {key: set(re.findall(r"\{(\w+)\}", texts(language)[key])) for key in sorted(KEYS)} for language in ("en", "ko")
    )
    assert english == korean
    assert sum(map(len, english.values())) > 100


def test_a_count_that_may_be_one_has_a_word_for_one() -> None:
    """{steps:step|steps}, as core/text.js reads it: whole and of what the text counts; Korean words have one form."""
    counts = r"\{(?:words|steps|back|inside|matrices|choices|num_beams|others|length|total|pairs|targets?|n)\}\**"
    never = [
        "before.handed_states",
        "before.radius_see",
        "before.cost_time_how",
        "before.cost_units",
        "before.path_table",
        "before.path_cheaper",
        "before.path_dearer",
        "before.gradient_joined",
        "models.vocabulary",
        "decision.reads_cls",
        "encoder.root_measured",
        "patches.cost_one",
    ]
    found = 0
    for key, text in texts("en").items():
        assert key in never or not re.search(rf"{counts} (?:(?!is\b)[a-z]+s|hypotheses)\b", text), key
        forms = PLURAL.findall(text)
        assert not re.search(r"\{\w+:", PLURAL.sub("", text)), key
        assert {f"{{{name}}}" for name in forms} <= set(re.findall(r"\{\w+\}", text)), key
        found += len(forms)
    assert found > 15 and not any(re.search(r"\{\w+:", text) for text in texts("ko").values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_fingers_do_stands_beside_what_a_mouse_does(language: str) -> None:
    """{{with a mouse|with fingers}}, as core/text.js reads it: whole, and never one in the other."""
    for name, text in sources(language):
        for line in text.splitlines():
            choice = r"\{\{(?:(?!\{\{|\}\}(?!\}))[^|])*\|(?:(?!\{\{|\}\}(?!\}))[^|])*\}\}(?!\})"
            outside = re.sub(choice, "", PLURAL.sub("", line))
            assert "{{" not in outside and "}}" not in outside and "|" not in outside, f"{language}/{name}: {line}"


def test_both_languages_keep_the_same_off_paper() -> None:
    english, korean = ({key for key, text in texts(one).items() if "by-hand" in text} for one in ("en", "ko"))
    assert english == korean
    for language in LANGUAGES:
        for name, text in sources(language):
            for paragraph in text.split("\n\n"):
                signs = re.findall(r"\[\[|\]\]", paragraph)
                assert signs == ["[[", "]]"] * (len(signs) // 2), f"{language}/{name}: {paragraph}"
                assert not re.search(r"`[^`]*\[\[", paragraph), f"{language}/{name}: within code it would be lost"


def test_what_a_hand_does_is_not_said_on_paper() -> None:
    """Of what lies on a screen's sheet, no sentence begins with what only a hand on the page can do."""
    said = {key: re.sub(r'<span class="by-hand">.*?</span>', "", text) for key, text in texts("en").items()}
    begins = re.compile(r"(?:^|[.:;] |\}\}|>)(?:\{\{)?(?:Point at|Press|Click|Drag|Tap|Double-click) ")
    assert [key for key, text in said.items() if key.partition(".")[0] in PRINTED and begins.search(text)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_link_leads_to_an_entry_of_the_glossary(language: str) -> None:
    for name, text in sources(language):
        for term in re.findall(r"\]\(([^)]*)\)", text):
            assert term.startswith("#"), f"{language}/{name} links to {term}"
            assert f"glossary.{term[1:]}" in texts(language), f"{language}/{name}: {term} is not explained"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_glossary_explains_its_terms_in_one_paragraph_each(language: str) -> None:
    entries = {key: text for key, text in texts(language).items() if key.startswith("glossary.")}
    assert set(entries) == {f"glossary.{term}" for term in GLOSSARY}
    for key, text in entries.items():
        assert text.startswith("<strong>"), f"{key} does not begin with its headword"
        assert "<p>" not in text and 80 < len(re.sub(r"<[^>]+>", "", text)) < 420, key


def test_every_key_a_script_asks_for_exists() -> None:
    keys = "\n".join(sorted(KEYS))
    for name, script in SCRIPTS.items():
        for pattern in (*keys_asked(script), *keys_named(script)):
            assert re.search(f"^(?:{pattern})$", keys, re.MULTILINE), f"{name} asks for {pattern}"


def test_the_scan_finds_what_the_scripts_ask_for() -> None:
    script = (
        "bindText(h('p', { a: ')' }), 'x.one', () => ({ n: t('x.two') }));"
        " bindLabel(e, 'aria-label', b ? 'x.three' : `x.${four}_z`); html(`error.${code}`);"
        " set('x.five'); at(`${screen}.title`); function t(key) {} parent.t('x.not')"
    )
    assert set(keys_asked(script)) == {r"x\.one", r"x\.two", r"x\.three", r"x\..+_z", r"error\..+"}
    assert r"x\.five" in set(asked_in(script)) and r".+\.title" in set(asked_in(script))


def test_every_text_is_asked_for_somewhere() -> None:
    patterns = {pattern for script in SCRIPTS.values() for pattern in keys_named(script)}
    asked = re.compile("|".join(f"(?:{pattern})" for pattern in sorted(patterns)))
    unused = {key for key in KEYS if not key.startswith(DYNAMIC) and not asked.fullmatch(key)}
    assert not unused


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_sentence_names_is_no_text_itself(language: str) -> None:
    words = "<class 'int'> {name} &amp; {words}"
    error = VisitorError("checkpoint_unreadable", kind="?", reason=Reason("words", words=words), name="mine")
    assert words in sentence(language, error)


def test_every_error_the_server_names_has_a_sentence() -> None:
    demo = Path(FOLDER).parent
    codes = {
        code for path in demo.rglob("*.py") for code in re.findall(r'VisitorError\(\s*"(\w+)"', path.read_text("utf-8"))
    }
    assert len(codes) > 5
    assert {f"error.{code}" for code in codes} <= KEYS


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_mark_of_markdown_is_left_on_the_page(language: str) -> None:
    """A closing ** before a Korean particle, say, is no mark but two asterisks."""
    assert not [key for key, text in texts(language).items() if re.search(r"\*\*|\]\(#", text)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_thousands_are_parted_as_in_the_pages_numbers(language: str) -> None:
    """With a thin space, as `whole` of core/text.js has it; years and papers' numbers are no amounts."""
    for key, text in texts(language).items():
        read = re.sub(r"<code.*?</code>|arXiv [\d.]+|\b(?:19|20)\d\d(?!\d)", "", text)
        assert not re.search(r"\d,\d{3}|\d{4}", read), f"{language}: {key}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_name_of_a_program_is_translated(language: str) -> None:
    words = texts(language)
    assert words["glossary.token"].count('<bdi translate="no">d_model</bdi>') == 1
    assert words["models.column_d_model"] == '<bdi translate="no">d_model</bdi>'
    for key, text in words.items():
        assert "<code>" not in text, key
        read = re.sub(r"<(code|bdi) translate=.no.>.*?</\1>|<[^>]*>|\$[^$]+\$|\{\w+\}", "", PLURAL.sub("", text))
        assert not re.search(r"[A-Za-z]_[A-Za-z]", read), f"{language}: {key}"


def test_korean_is_korean() -> None:
    plain = {key: re.sub(r"<[^>]+>", "", text) for key, text in texts("ko").items()}
    foreign = {key for key, text in plain.items() if not re.search("[가-힣]", text)}
    assert foreign <= WITHOUT_HANGUL


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_brings_markup_of_its_own(language: str) -> None:
    for name, text in sources(language):
        assert not re.search(r"<\s*[/a-zA-Z!]|javascript:|&\w+;", text), f"{language}/{name}"
    for key, text in texts(language).items():
        assert set(re.findall(r"<(\w+)", text)) <= TAGS, key


@pytest.mark.parametrize(
    ("language", "word"), [("en", r"\blengths?\b|\bas long as\b|\} long\b|unusually long"), ("ko", "길이")]
)
def test_a_vector_has_dimensions_and_a_norm_but_no_length(language, word):
    """Length would be how many numbers it has and how large they are: two things that stand side by side here."""
    of_vectors = ("attention.", "block.", "position.", "decision.", "glossary.cosine")
    found = [
        key
        for key, text in texts(language).items()
        if key.startswith(of_vectors) and re.search(word, re.sub(r"\{\w+\}", "{}", text))
    ]
    assert not found
