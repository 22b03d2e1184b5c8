"""What is worked out in a quicker way is what the library works out: counts of tokens, and languages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import AddedToken, Tokenizer, models, normalizers, pre_tokenizers, processors

from index.embedding.token_counts import TokenCounts
from index.text.classify_language import classify

CORPUS = Path(__file__).parent.parent / "corpus"
# Blanks of all kinds, controls, marks that join what is beside them, names of special tokens, words without end.
PIECES = st.sampled_from(
    [" ", "\t", "\r\n", "\x0b", "\x0c", "\x1c", "\x85", "\xa0", "\u2028", "\u3000", "\u200b", "\u0301", "\0", "\ufffd",
     "[CLS]", "[MASK]", "[cls", "]", "the", "The", "tower", "'s", "3.5", "語", "Київ", "é", "x" * 120, "-", "ς", "Σ"]
)  # fmt: skip
TEXTS = st.lists(st.lists(PIECES | st.text(max_size=3), max_size=20).map("".join), max_size=8)


def wordpiece() -> Tokenizer:
    """A tokenizer of BERT's making that knows few words, and all letters of them."""
    letters = [*"abcdefghijklmnopqrstuvwxyzςσ'.-0123456789"]
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *(f"##{c}" for c in letters), "the", "tower"]
    made = Tokenizer(models.WordPiece({w: n for n, w in enumerate(words)}, unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer()
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    made.add_special_tokens(["[CLS]", "[MASK]"])
    return made


def byte_pairs() -> Tokenizer:
    """A tokenizer whose tokens reach over blanks: its texts have to be counted whole."""
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    made = Tokenizer(models.BPE({c: n for n, c in enumerate([*letters, "Ġt"])}, [("Ġ", "t")]))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    return made


def with_a_token_of_two_words() -> Tokenizer:
    made = wordpiece()
    made.add_tokens([AddedToken("the tower", normalized=False)])
    return made


@pytest.mark.parametrize("tokenizer", [wordpiece(), byte_pairs(), with_a_token_of_two_words()])
@given(texts=TEXTS)
@settings(max_examples=150, deadline=None)
def test_tokens_are_counted_as_the_tokenizer_makes_them(tokenizer: Any, texts: list[str]) -> None:
    texts = [*texts, "the tower of the town"]
    counts = TokenCounts(tokenizer)
    wanted = [len(e.ids) for e in tokenizer.encode_batch(texts)]
    assert counts.of(texts) == wanted
    assert counts.of(texts) == wanted  # the words are known now


@pytest.fixture(scope="module")
def library() -> Any:
    from py3langid import langid

    made = langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE, norm_probs=True)
    made.set_languages([code for code in made.labels if len(code) == 2])
    return made


@given(text=st.text(max_size=400) | st.lists(PIECES, max_size=200).map("".join))
@settings(max_examples=100, deadline=None)
def test_a_language_is_told_as_the_library_tells_it(library: Any, text: str) -> None:
    assert classify(text) == library.classify(text)


def test_the_language_of_prose_is_told_as_the_library_tells_it(library: Any) -> None:
    ukrainian = (CORPUS.parent / "app" / "words" / "uk.toml").read_text("utf-8")
    for text in (*(p.read_text("utf-8") for p in CORPUS.rglob("*.md")), ukrainian):
        assert classify(text[:1000]) == library.classify(text[:1000])
