"""Answers in a language model's words: each statement rests on words of a source that are found there, or is marked."""
