"""Scores for the sentences of the found passages: the Reranker protocol, the quick one, the two readers."""
