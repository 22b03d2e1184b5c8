"""The language of a text, by its letters alone. The only file that imports py3langid.

py3langid is naive Bayes over byte n-grams (Lui and Baldwin, 'langid.py', ACL 2012). Names of people and places mislead
it, so a short text wants more care than it takes: `app.question.language` takes it for questions.
"""

from __future__ import annotations

from functools import cache
from typing import Any


def classify(text: str) -> tuple[str, float]:
    """Return the likeliest language (ISO 639-1 code) and how sure the classifier is, 0..1."""
    code, confidence = _identifier().classify(text)
    return str(code), float(confidence)


@cache
def _identifier() -> Any:
    """Load the model at first use (about 0.3 s); it knows two-letter codes only."""
    from py3langid import langid

    made = langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE, norm_probs=True)
    made.set_languages([code for code in made.labels if len(code) == 2])
    return made
