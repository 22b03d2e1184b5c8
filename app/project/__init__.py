"""A fresh project around another article: a folder of its own with corpus, settings, index and first questions."""
