"""Training: which sentences a step reads, what it learns from them, and that stopping in between changes nothing."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest
import torch
from torch import Tensor
from torch.testing import assert_close

from tests.support.perturb import perturb
from tests.support.recurrent import tiny_config
from tests.support.translators import CONFIG, END, PAD, tiny_network
from vit_core.masks import causal
from vit_core.recurrent_seq2seq import untrained
from vit_core.seq2seq import EncoderDecoder
from vit_core.training import recipes, translator
from vit_core.training.average import keep_recent, mean_of_recent
from vit_core.training.data import (
    NOTHING,
    Pair,
    batch_of,
    batches_from,
    epoch_batches,
    epoch_pairs,
    padded_tokens,
    read_pairs,
    read_texts,
    varied_texts,
    with_light,
)
from vit_core.training.export import export
from vit_core.training.networks import Config, new_model, wanted_scores
from vit_core.training.recipes import Recipe
from vit_core.training.run import Run, teacher_forced, train

LONGEST = 20
RECIPE = Recipe(CONFIG, "none", ("train.tsv",), steps=30, budget=120, peak=3e-3, warmup=5, longest=LONGEST, seed=3)


def word_by_word(n: int = 200, seed: int = 0) -> list[Pair]:
    """Sentences of 1 to 8 words whose translation is each word's number plus 20."""
    drawn = torch.Generator().manual_seed(seed)
    pairs = []
    for _ in range(n):
        length = int(torch.randint(1, 9, (1,), generator=drawn))
        words = torch.randint(3, 30, (length,), generator=drawn).tolist()
        pairs.append(Pair((*words, END), (*(word + 20 for word in words), END)))
    return pairs


@pytest.fixture(scope="module")
def pairs() -> list[Pair]:
    return word_by_word()


# ---- the data


def test_an_epoch_shows_every_pair_once_and_joins_one_example_in_six() -> None:
    # Each pair has a word of its own, longer and shorter sides in turn.
    pairs = [Pair((100 + i,) * (1 + i % 5) + (END,), (100 + i,) * (1 + i % 3) + (END,)) for i in range(700)]
    examples = epoch_pairs(pairs, seed=1, epoch=0, joined=1 / 6, longest=LONGEST)
    shown = Counter(word for example in examples for word in set(example.target) - {END})
    assert shown == Counter({100 + i: 1 for i in range(700)})
    both = [example for example in examples if len(set(example.target)) == 3]
    assert len(both) == 100 and len(examples) == 600
    by_word = {pair.source[0]: pair for pair in pairs}
    for example in both:
        first, second = by_word[example.source[0]], by_word[example.source[-2]]
        assert example.source == (*first.source[:-1], *second.source)
        assert example.target == (*first.target[:-1], *second.target)


def test_pairs_that_would_get_too_long_stay_apart(pairs: list[Pair]) -> None:
    examples = epoch_pairs(pairs, seed=1, epoch=0, joined=1.0, longest=10)
    assert max(example.longer for example in examples) == 10
    words = [word for example in examples for word in example.source if word != END]
    assert Counter(words) == Counter(word for pair in pairs for word in pair.source if word != END)


def test_batches_keep_to_their_budget_and_lose_nobody(pairs: list[Pair]) -> None:
    groups = epoch_batches(pairs, seed=1, epoch=0, budget=120)
    assert max(map(padded_tokens, groups)) <= 120
    assert Counter(pair for group in groups for pair in group) == Counter(pairs)
    for group in groups:
        batch = batch_of(group, pad=PAD, start=PAD)
        assert batch.source.numel() + batch.given.numel() == padded_tokens(group)
    used = sum(len(pair.source) + len(pair.target) + 1 for pair in pairs)
    assert used > 0.8 * sum(map(padded_tokens, groups)), "sentences of like length are together: little padding"
    with pytest.raises(ValueError, match="does not fit a batch of 15"):
        epoch_batches(pairs, seed=1, epoch=0, budget=15)


def places(
    pairs: Sequence[Pair], n: int, seed: int = 1, epoch: int = 0, index: int = 0
) -> list[tuple[int, int, object]]:
    stream = batches_from(pairs, seed=seed, epoch=epoch, index=index, budget=120, joined=1 / 6, longest=LONGEST)
    return [next(stream) for _ in range(n)]


def test_the_order_follows_from_the_seed_and_can_be_entered_anywhere(pairs: list[Pair]) -> None:
    whole = places(pairs, 60)
    assert whole == places(pairs, 60)
    assert whole[0][:2] == (0, 0) and whole[-1][0] > 1, "the stream goes over several epochs"
    for start in (7, 31, 50):
        epoch, index, _ = whole[start]
        assert places(pairs, 60 - start, epoch=epoch, index=index) == whole[start:]
    per_epoch = sum(epoch == 0 for epoch, _, _ in whole)
    assert [group for _, _, group in whole[:per_epoch]] != [group for _, _, group in whole[per_epoch : 2 * per_epoch]]
    assert places(pairs, 5, seed=2) != whole[:5]


def test_some_texts_are_read_in_capitals_and_some_with_their_umlauts_spelled_out() -> None:
    texts = [(f"Größe {i}", f"size {i}") for i in range(100)]
    made = varied_texts(texts, share=0.1, seed=5)
    capitals, spelled = made[:10], made[10:]
    assert all(german.startswith("GRÖSSE ") and english.startswith("SIZE ") for german, english in capitals)
    assert all(german.startswith("Groesse ") and english.startswith("size ") for german, english in spelled)
    assert len({german.split()[1] for german, _ in made}) == 20  # each from a text of its own
    assert varied_texts(texts, share=0.0, seed=5) == []


def test_an_epoch_shows_a_few_others_of_the_light_files(pairs: list[Pair]) -> None:
    light = [Pair((50 + i, END), (50 + i, END)) for i in range(100)]
    first, second = (with_light(pairs, light, share=1 / 11, seed=1, epoch=epoch) for epoch in (0, 1))
    assert len(first) == len(second) == len(pairs) + 20
    assert set(first[len(pairs) :]) < set(light) and set(first) != set(second)
    assert first == with_light(pairs, light, share=1 / 11, seed=1, epoch=0)
    assert with_light(pairs, light, share=0.0, seed=1, epoch=0) == pairs


def test_a_batch_asks_for_the_word_after_the_one_given() -> None:
    batch = batch_of([Pair((5, 6, END), (7, 8, END)), Pair((9, END), (4, END))], pad=PAD, start=58)
    assert batch.source.tolist() == [[5, 6, END], [9, END, PAD]]
    assert batch.given.tolist() == [[58, 7, 8, END], [58, 4, END, PAD]]
    assert batch.wanted.tolist() == [[7, 8, END, NOTHING], [4, END, NOTHING, NOTHING]]
    assert batch.source_mask[:, 0, 0].tolist() == [[True, True, True], [True, True, False]]
    assert batch.given_mask[:, 0, 0].tolist() == [[True, True, True, True], [True, True, True, False]]


def test_files_of_pairs_are_read_line_by_line(tmp_path: Path) -> None:
    file = tmp_path / "pairs.tsv"
    # A line separator of Unicode is text, not the end of a line.
    file.write_text("Ja.\tYes.\tYeah.\nEin\u2028Wort.\tA word.\n", encoding="utf-8")
    texts = read_texts(file)
    assert texts == [("Ja.", "Yes.", "Yeah."), ("Ein\u2028Wort.", "A word.")]
    lengths = read_pairs(texts, lambda text: [len(text)], lambda text: [0] * len(text), longest=5)
    assert lengths == [Pair((3,), (0,) * 4)], "the first translation counts, and what is too long is left out"
    file.write_text("Ja.\tYes.\nNein.\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"pairs.tsv, line 2"):
        read_texts(file)


# ---- what a step sees


@pytest.mark.parametrize("is_causal", [True, False])
def test_a_batch_teaches_what_its_sentences_teach_one_by_one(pairs: list[Pair], is_causal: bool) -> None:
    """Were the padding visible, to the encoder or to the twin that looks ahead, the scores would differ."""
    net, some = tiny_network(causal=is_causal).double(), pairs[:6]
    assert len({len(pair.target) for pair in some}) > 3
    scores, words = wanted_scores(net, batch_of(some, pad=PAD, start=PAD))
    alone = [wanted_scores(net, batch_of([pair], pad=PAD, start=PAD)) for pair in some]
    assert torch.equal(words, torch.cat([word for _, word in alone]))
    assert_close(scores, torch.cat([score for score, _ in alone]), atol=1e-12, rtol=0)


def test_the_scores_are_those_of_the_models_own_pass(pairs: list[Pair]) -> None:
    pair = pairs[0]
    given = torch.tensor([[PAD, *pair.target[:-1]]])
    for net, mask in ((tiny_network(), causal(given.shape[1])), (tiny_network(causal=False), None)):
        if mask is None:  # it was fed the end as well: its last place is the one that nothing is asked of
            given = torch.tensor([[PAD, *pair.target]])
        expected = net(torch.tensor([pair.source]), given, mask=mask)[0, : len(pair.target)]
        scores, _ = wanted_scores(net, batch_of([pair], pad=PAD, start=PAD))
        assert_close(scores, expected, atol=1e-5, rtol=0)


def test_only_the_twin_without_the_mask_sees_what_it_is_to_write(pairs: list[Pair]) -> None:
    pair = max(pairs, key=lambda pair: len(pair.target))
    other = Pair(pair.source, (*pair.target[:4], 57, *pair.target[5:]))
    for is_causal in (True, False):
        net = tiny_network(causal=is_causal)
        before, _ = wanted_scores(net, batch_of([pair], pad=PAD, start=PAD))
        after, _ = wanted_scores(net, batch_of([other], pad=PAD, start=PAD))
        # Row 4 is to write the word that was changed.
        assert torch.equal(before[:5], after[:5]) is is_causal
        assert (before[4] - after[4]).abs().max() > 1e-3 or is_causal


def test_twins_begin_with_the_same_weights(pairs: list[Pair]) -> None:
    a, b = (new_model(replace(CONFIG, causal=flag), seed=3).state_dict() for flag in (True, False))
    assert all(torch.equal(a[name], b[name]) for name in a)
    assert not torch.equal(a["embed.weight"], new_model(CONFIG, seed=4).state_dict()["embed.weight"])
    assert a["embed.weight"].std() == pytest.approx(48**-0.5, rel=0.05)


def test_what_is_measured_is_each_words_own_loss(pairs: list[Pair]) -> None:
    net, loss, right, tokens = tiny_network(), 0.0, 0, 0
    for pair in pairs[:30]:
        given = torch.tensor([[PAD, *pair.target[:-1]]])
        scores = net(torch.tensor([pair.source]), given, mask=causal(given.shape[1]))[0]
        for row, word in zip(scores, pair.target, strict=True):
            loss -= float(row.log_softmax(dim=-1)[word])
            right += int(row.argmax()) == word
            tokens += 1
    fed = teacher_forced(net, pairs[:30], budget=90)
    assert (fed.loss, fed.accuracy) == (pytest.approx(loss / tokens, abs=1e-5), pytest.approx(right / tokens))
    assert fed.tokens == tokens


# ---- learning


def test_the_learning_rate_rises_and_falls() -> None:
    rates = [RECIPE.learning_rate(step) for step in range(1, 31)]
    assert rates[:5] == pytest.approx([6e-4, 12e-4, 18e-4, 24e-4, 30e-4])
    assert rates[4:] == sorted(rates[4:], reverse=True) and rates[-1] == pytest.approx(3e-3 / 25)


def test_the_learning_rate_may_fall_with_the_root_of_the_step() -> None:
    recipe = replace(RECIPE, fall="root", warmup=100)  # arXiv 1706.03762, equation 3, up to its constant
    rates = [recipe.learning_rate(step) for step in (50, 100, 400, 1600)]
    assert rates == pytest.approx([RECIPE.peak * share for share in (0.5, 1.0, 0.5, 0.25)])
    cooled = replace(recipe, steps=1600, cooling=0.25)  # from step 1201 on, down to nothing after the last
    rates = [cooled.learning_rate(step) for step in (50, 1200, 1401, 1600)]
    assert rates == pytest.approx([RECIPE.peak * share for share in (0.5, 12**-0.5, 0.5 * 14.01**-0.5, 0.25 / 400)])


def test_the_mean_of_the_last_states_is_exported(tmp_path: Path) -> None:
    for step, value in ((200, 100.0), (1000, 1.0), (1200, 4.0)):
        keep_recent({"a": torch.full((3,), value), "b": torch.tensor([value * 2])}, tmp_path, step=step, most=2)
    found = mean_of_recent(tmp_path)
    assert found["a"].tolist() == [2.5] * 3 and found["b"].tolist() == [5.0]
    with pytest.raises(FileNotFoundError):
        mean_of_recent(tmp_path / "empty")


def test_some_steps_teach_a_model_to_translate_word_by_word(pairs: list[Pair]) -> None:
    recipe = replace(RECIPE, steps=25, budget=300, peak=6e-3)
    run = Run.new(recipe, recipe.config)
    before = teacher_forced(run.model, pairs)
    train(run, pairs)
    after = teacher_forced(run.model, pairs)
    assert before.loss > 3.5 and after.loss < before.loss - 1, (before, after)
    assert run.model.logits_bias.abs().max() == 0


@pytest.mark.parametrize("shape", ["rnn", "lstm", "gru", "gru-attention"])
def test_some_steps_teach_a_recurrent_model_too(pairs: list[Pair], shape: str) -> None:
    config = tiny_config(shape, vocab=60, pad=PAD, start=PAD, end=END)
    run = Run.new(replace(RECIPE, config=config, steps=25, budget=300, peak=2e-2), config)
    before = teacher_forced(run.model, pairs)
    train(run, pairs)
    after = teacher_forced(run.model, pairs)
    assert before.loss > 3.5 and after.loss < before.loss - 0.7, (before, after)


@pytest.mark.parametrize("shape", ["lstm", "gru-attention"])
def test_a_batch_teaches_a_recurrent_model_what_its_sentences_do_one_by_one(pairs: list[Pair], shape: str) -> None:
    net, some = (
        perturb(untrained(tiny_config(shape, vocab=60, pad=PAD, start=PAD, end=END), seed=5)).double(),
        pairs[:6],
    )
    scores, words = wanted_scores(net, batch_of(some, pad=PAD, start=PAD))
    alone = [
        net(torch.tensor([pair.source]), torch.tensor([[PAD, *pair.target[:-1]]]))[0] for pair in some
    ]  # as the model itself reads one sentence
    assert_close(scores, torch.cat(alone), atol=1e-12, rtol=0)
    assert words.tolist() == [word for pair in some for word in pair.target]


def bits(run: Run) -> list[torch.Tensor]:
    moments = [
        state[key] for state in run.optimiser.state_dict()["state"].values() for key in ("exp_avg", "exp_avg_sq")
    ]
    return [*run.model.state_dict().values(), *moments]


RECURRENT = tiny_config("gru-attention", vocab=60, pad=PAD, start=PAD, end=END)


@pytest.mark.parametrize("kind", [CONFIG, RECURRENT], ids=["transformer", "recurrent"])
@pytest.mark.parametrize("forget", ["nothing", "dropout's dice", "the place in the data"])
def test_a_resumed_run_ends_in_the_same_bits(pairs: list[Pair], tmp_path: Path, forget: str, kind: Config) -> None:
    recipe = replace(RECIPE, steps=7, warmup=2)
    config = replace(kind, dropout=0.2)
    losses: dict[str, list[float]] = {"whole": [], "parts": []}
    whole = Run.new(recipe, config)
    train(whole, pairs, after_step=lambda _, loss: losses["whole"].append(loss))
    assert whole.step == 7 and whole.epoch == 0

    first = Run.new(recipe, config)
    train(first, pairs, until=3, after_step=lambda _, loss: losses["parts"].append(loss))
    first.save(tmp_path / "state.pt")
    train(first, pairs, until=4)  # what the file was not told is gone
    second = Run.new(recipe, config)
    second.resume(tmp_path / "state.pt")
    assert (second.step, second.index) == (3, 3)
    if forget == "dropout's dice":
        torch.manual_seed(1)
    if forget == "the place in the data":
        second.index = 0
    train(second, pairs, after_step=lambda _, loss: losses["parts"].append(loss))

    same = all(map(torch.equal, bits(whole), bits(second))) and losses["whole"] == losses["parts"]
    assert same is (forget == "nothing")


def test_a_checkpoint_of_another_recipe_is_not_resumed(tmp_path: Path) -> None:
    Run.new(RECIPE, CONFIG).save(tmp_path / "state.pt")
    for recipe, config in ((replace(RECIPE, peak=1e-3), CONFIG), (RECIPE, replace(CONFIG, causal=False))):
        with pytest.raises(ValueError, match="another recipe"):
            Run.new(recipe, config).resume(tmp_path / "state.pt")


def test_a_run_without_a_known_end_may_be_given_one(tmp_path: Path) -> None:
    path = tmp_path / "state.pt"
    run = Run.new(replace(RECIPE, fall="root"), CONFIG)
    run.step = 12
    run.save(path)
    ended = Run.new(replace(RECIPE, fall="root", steps=20, cooling=0.3), CONFIG)
    ended.resume(path)
    assert ended.step == 12
    with pytest.raises(ValueError, match="another recipe"):
        Run.new(replace(RECIPE, fall="root", warmup=7), CONFIG).resume(path)


# ---- the command and the folder it writes

GERMAN = ("der Hund", "die Katze", "das Kind", "ein Mann", "eine Frau", "mein Freund Jakob")
ENGLISH = ("the dog", "the cat", "the child", "a man", "a woman", "my friend Jacob")
VERBS = (
    ("schläft", "sleeps"), ("singt", "sings"), ("liest", "reads"), ("geht nach Hause", "goes home"),
    ("fährt morgen weg", "leaves tomorrow"), ("wäscht Äpfel", "washes apples"), ("kommt zu spät", "is quite late"),
)  # fmt: skip


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny corpus and a vocabulary of its own."""
    from vit_core.training import vocabulary

    folder = tmp_path_factory.mktemp("corpus")
    lines = [
        f"{de} {verb}.\t{en} {says}.\n"
        for de, en in zip(GERMAN, ENGLISH, strict=True)
        for verb, says in VERBS
    ]  # fmt: skip
    (folder / "train.tsv").write_text("".join(lines), encoding="utf-8")
    (folder / "dev.tsv").write_text("".join(lines[::7]), encoding="utf-8")
    vocabulary.main(["--data", str(folder), "--pieces", "60", "--out", str(folder / "vocabulary")])
    return folder


def command(corpus: Path, out: Path, monkeypatch: pytest.MonkeyPatch, *options: str) -> Path:
    monkeypatch.setattr(translator, "RECIPES", MappingProxyType({"tiny": replace(RECIPE, steps=6)}))
    asked = ["--recipe", "tiny", "--data", str(corpus), "--out", str(out), "--vocabulary", str(corpus / "vocabulary")]
    assert translator.main([*asked, "--threads", "1", "--save-every", "2", "--log-every", "2", *options]) == 0
    return out / "model"


def test_the_command_trains_resumes_logs_and_exports(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = command(corpus, tmp_path / "whole", monkeypatch)
    command(corpus, tmp_path / "parts", monkeypatch, "--until", "4")
    assert not (tmp_path / "parts" / "model").exists()
    parts = command(corpus, tmp_path / "parts", monkeypatch)
    assert (whole / "model.safetensors").read_bytes() == (parts / "model.safetensors").read_bytes()
    command(corpus, tmp_path / "parts", monkeypatch, "--export")
    said = capsys.readouterr().out.split()
    assert len(said) == 9 and said[2] == said[5] == said[8] and len(said[2]) == 64

    lines = [json.loads(line) for line in (tmp_path / "parts" / "log.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines if "loss" in line] == [2, 4, 6]
    assert [line["step"] for line in lines if "dev_loss" in line] == [2, 4, 6]


def test_a_run_whose_state_is_lost_goes_on_from_its_export(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = command(corpus, tmp_path / "lost", monkeypatch)
    seen: list[tuple[int, int, dict[str, Tensor]]] = []

    def begun(run: Run, *_: object, **__: object) -> None:
        seen.append((run.step, run.epoch, {name: tensor.clone() for name, tensor in run.model.state_dict().items()}))

    monkeypatch.setattr(translator, "train", begun)
    command(corpus, tmp_path / "new", monkeypatch)
    command(corpus, tmp_path / "on", monkeypatch, "--begin-with", str(folder), "--epoch", "2")
    (_, epoch, random), (step, epoch_on, weights) = seen
    assert (step, epoch, epoch_on) == (0, 0, 2)
    lost = mean_of_recent(tmp_path / "lost" / "recent")
    assert_close(weights, {name: tensor.half().float() for name, tensor in lost.items()}, atol=0, rtol=0)
    assert not any(torch.equal(weights[name], random[name]) for name in weights if name.endswith("weight"))


def test_files_can_be_read_again_in_each_epoch(corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[int] = []
    monkeypatch.setattr(translator, "train", lambda run, pairs, *_, **__: counted.append(len(pairs)))
    command(corpus, tmp_path / "once", monkeypatch)
    command(corpus, tmp_path / "thrice", monkeypatch, "--again", "train.tsv", "train.tsv")
    once, thrice = counted
    assert thrice == 3 * once
    with pytest.raises(FileNotFoundError):
        command(corpus, tmp_path / "none", monkeypatch, "--again", "no.tsv")


@pytest.mark.parametrize("is_causal", [True, False])
def test_the_folder_is_read_by_this_program_and_by_transformers(corpus: Path, tmp_path: Path, is_causal: bool) -> None:
    from transformers import MarianMTModel, MarianTokenizer

    import vit_core

    # Ids as the corpus's vocabulary has them, and every parameter perturbed.
    net = tiny_network(causal=is_causal, pad=0, end=1, unknown=2, start=0)
    digest = export(net, tmp_path / "model", corpus / "vocabulary")
    assert len(digest) == 64
    ours = vit_core.load(tmp_path / "model")
    assert ours.model.config == net.config and ours.model.config.causal is is_causal
    assert ours.tokenizer.decode(ours.tokenizer.encode_target("the cat sings.")) == "the cat sings."
    for name, tensor in net.state_dict().items():
        assert_close(ours.model.state_dict()[name], tensor.half().float(), atol=0, rtol=0)

    # transformers' eager attention rounds its softmax to float32.
    theirs = MarianMTModel.from_pretrained(tmp_path / "model", dtype=torch.float64, attn_implementation="sdpa").eval()
    net = ours.model.double()
    source, target = torch.tensor([[5, 9, 17, 30, 1]]), torch.tensor([[0, 8, 21, 40]])
    with torch.no_grad():
        expected = theirs(input_ids=source, decoder_input_ids=target).logits
    assert_close(net(source, target, mask=causal(4)), expected, atol=1e-12, rtol=0)
    # transformers knows nothing of a decoder without the mask.
    assert (net(source, target, mask=net.target_mask(4)) - expected).abs().max() > 0.01 or is_causal
    tokens = MarianTokenizer.from_pretrained(tmp_path / "model")("die Katze singt.").input_ids
    assert tokens == ours.tokenizer.encode("die Katze singt.")


def test_only_a_marian_shape_is_written_as_one(corpus: Path, tmp_path: Path) -> None:
    for changes in ({"norm": "pre"}, {"sinusoids": "interleaved"}):
        with pytest.raises(ValueError, match="Marian"):
            export(EncoderDecoder(replace(CONFIG, **changes)), tmp_path, corpus / "vocabulary")


def test_the_recipes_describe_what_is_bundled() -> None:
    from vit_core.checkpoints.registry import REGISTRY

    for recipe in ("marian-s", "marian-m"):
        bundled = REGISTRY[f"{recipe}-de-en"].config
        sizes = {"source_vocab": bundled.source_vocab, "target_vocab": bundled.target_vocab}
        assert replace(recipes.RECIPES[recipe].config, **sizes) == bundled
