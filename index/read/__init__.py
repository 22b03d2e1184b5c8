"""Files to sources (corpus, one file for each format), and sources to passages (split)."""
