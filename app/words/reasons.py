"""What speaks against a statement, in words."""

from __future__ import annotations

from app.support.records import Backing, Guard, Label, OfOriginal, Reason
from app.words.languages import ENGLISH
from app.words.texts import Texts


def reason_words(reason: Reason, texts: Texts = ENGLISH) -> str:
    """Return a short plain sentence: 'the source says “up to 9,000”'."""
    own = {
        Guard.DERIVED: texts.reason_derived,
        Guard.NAME: texts.reason_name,
        Guard.SPEAKER: texts.reason_speaker,
        Guard.DOUBT: texts.reason_doubt,
    }
    both = texts.reason_otherwise if reason.said else texts.reason_says
    words = own.get(reason.guard, both if reason.given else texts.reason_not_said)
    return words.format(said=reason.said, given=reason.given)


def original_words(found: OfOriginal | None, texts: Texts = ENGLISH) -> str:
    """Say where an original does not bear out a note's words; '' where it does, or there is no way to say."""
    if found is None or not found.backing.is_against:
        return ""
    if found.backing is not Backing.NOT_FOUND:
        words = texts.original_less if found.backing is Backing.PARTLY else texts.original_otherwise
        return words.format(words=" ".join(found.text.split()))
    said = next((r.said for r in found.reasons if r.said), "")
    return texts.original_lacks.format(said=said) if said else texts.original_not_found


def label_words(label: Label, read: bool, texts: Texts = ENGLISH) -> str:
    """Say what a sentence does with a statement; `read`: whether a model has read both."""
    return {
        Label.QUOTED: texts.check_quoted,
        Label.SUPPORTED: texts.check_supports if read else texts.check_unopposed,
        Label.PARTLY: texts.check_partly,
        Label.CONTRADICTED: texts.check_disputes,
        Label.NOT_SUPPORTED: texts.check_silent,
        Label.UNSURE: texts.check_unsure,
    }[label]
