"""How many tokens texts have, without tokenising each: most of their words have been counted before.

A tokenizer of BERT's making looks at nothing beyond a blank, so a text has as many tokens as its words have together.
Any other tokenizer is asked for whole texts.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Sequence
from functools import cached_property
from typing import Any

_MOST = 100_000  # words that are known at once: some 10 MB
_LONGEST = 100  # characters of a word that is kept
# The blanks at which BERT's normaliser surely ends a word; at others it does not, or takes them away.
_TO_BLANKS = str.maketrans("\t\n\r", "   ")


class TokenCounts:
    """Counts the tokens of texts, those included that a tokenizer puts around each."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self._known: dict[str, int] = {"": 0}

    def of(self, texts: Sequence[str]) -> list[int]:
        """Return the number of tokens of each text, as the tokenizer itself would."""
        if not self._goes_by_words:
            return [len(e.ids) for e in self._tokenizer.encode_batch_fast(list(texts))]
        around: int = self._tokenizer.num_special_tokens_to_add(False)
        divided = [text.translate(_TO_BLANKS).split(" ") for text in texts]
        if len(self._known) > _MOST:
            self._known = {"": 0}
        known = self._known
        new = [*{word for words in divided for word in words if word not in known}]
        found = self._tokenizer.encode_batch_fast(new, add_special_tokens=False)
        long: dict[str, int] = {}
        for word, encoding in zip(new, found, strict=True):
            (known if len(word) <= _LONGEST else long)[word] = len(encoding.ids)
        counts = ChainMap(known, long).__getitem__ if long else known.__getitem__
        return [around + sum(map(counts, words)) for words in divided]

    @cached_property
    def _goes_by_words(self) -> bool:
        from tokenizers.models import WordPiece
        from tokenizers.normalizers import BertNormalizer
        from tokenizers.pre_tokenizers import BertPreTokenizer

        own = self._tokenizer
        is_berts = (
            isinstance(own.model, WordPiece)
            and isinstance(own.normalizer, BertNormalizer)
            and own.normalizer.clean_text
            and isinstance(own.pre_tokenizer, BertPreTokenizer)
        )
        cuts = own.truncation is not None or own.padding is not None
        return is_berts and not cuts and not any(" " in t.content for t in own.get_added_tokens_decoder().values())
