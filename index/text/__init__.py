"""All rules of language: words, terms, names, numbers, dates, sentences, types of answers."""
