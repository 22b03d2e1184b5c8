"""The question back to a message that says too little to search for."""

from __future__ import annotations


def question_back(typed: str) -> str:
    """Return what Footnote asks, and what to type."""
    worded = any(map(str.isalnum, typed))
    unsure = f"I am not sure what you mean by “{typed.strip()}”." if worded else "I find no word in your message."
    return (
        f"{unsure} Please write the whole question: what you want to know, and about "
        "whom or what. A short one such as “Why?” or “And in 2023?” goes on from the last question that I searched for."
    )
