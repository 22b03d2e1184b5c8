"""What was asked: kind, follow-up, names, named sources, language."""
