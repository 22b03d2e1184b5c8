"""Texts to vectors: the Embedder protocol, its two back ends, and how a model is exported."""
