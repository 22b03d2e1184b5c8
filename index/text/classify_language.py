"""The language of a text, by its letters alone. The only file that imports py3langid.

py3langid is naive Bayes over byte n-grams (Lui and Baldwin, 'langid.py', ACL 2012). Names of people and places mislead
it, so a short text wants more care than it takes: `app.question.language` takes it for questions.

Its automaton is walked here, for all bytes of a text at once: its own loop takes longer than all else of reading a
small file. What it says stays the same.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def classify(text: str) -> tuple[str, float]:
    """Return the likeliest language (ISO 639-1 code) and how sure the classifier is, 0..1."""
    code, confidence = _identifier().classify(text)
    return str(code), float(confidence)


@cache
def _identifier() -> Any:
    """Load the model at first use (about 0.3 s); it knows two-letter codes only."""
    import numpy as np
    from py3langid import langid

    class Identifier(langid.LanguageIdentifier):  # type: ignore[misc]
        __slots__ = ("_walk",)

        def _raw_score(self, text: bytes) -> Any:
            """Return the score of each language; the library's method, with another way to its features."""
            features, counts = self._walk.features(text)
            if not len(features):
                return np.zeros(len(self.nb_classes), dtype=np.float32)
            return np.log1p(counts) @ _widened(self.nb_ptc[features]) + self.nb_pc

    made = Identifier.from_model_file(langid.MODEL_FILE, norm_probs=True)
    made.set_languages([code for code in made.labels if len(code) == 2])
    made.nb_ptc = np.ascontiguousarray(made.nb_ptc)  # a feature's scores side by side
    made._walk = _Walk(made)
    return made


def _widened(numbers: NDArray[np.float16]) -> NDArray[np.float32]:
    """Return finite numbers in 32 bits, exactly; NumPy's own way takes more time than all the rest."""
    import numpy as np

    bits = numbers.view(np.int16).astype(np.int32)
    bits <<= 13  # a fraction has 23 bits, not 10
    bits &= -0x70000001  # the sign, which was drawn over the exponent's upper bits
    wide = bits.view(np.float32)
    wide *= np.float32(2.0**112)  # an exponent counts from 127, not from 15
    return wide


class _Walk:
    """Walks the automaton that finds the byte n-grams of a model."""

    def __init__(self, model: Any) -> None:
        import numpy as np

        self._move = np.asarray(model.tk_nextmove)
        self._row = np.asarray(model.tk_row).astype(np.intp) << 8  # of each state in `_move`, one entry a byte
        self._output = np.asarray(model.tk_output, dtype=np.int32)  # the feature that ends in a state, or -1

    def features(self, text: bytes) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Return the features of `text` in the order of their first places, and how often each occurs."""
        import numpy as np

        found = self._output[self._states(np.frombuffer(text, dtype=np.uint8))]
        features, first, counts = np.unique(found[found >= 0], return_index=True, return_counts=True)
        order = np.argsort(first)
        return features[order], counts[order].astype(np.float32)

    def _states(self, letters: NDArray[np.uint8]) -> NDArray[np.int64]:
        """Return the state behind each byte.

        Each round takes every byte one step from the state that was known of the one before it. When a round changes
        nothing, each state follows from the one before, so all are right. The automaton forgets what lies further back
        than its longest n-gram, six bytes: as many rounds, and one.
        """
        import numpy as np

        before, after = np.zeros(len(letters), dtype=np.int64), np.zeros(len(letters), dtype=np.int64)
        while True:
            stepped = self._move[self._row[before] + letters]
            if np.array_equal(stepped, after):
                return after
            after = stepped.astype(np.int64)
            before[1:] = after[:-1]
