"""What was asked: the question in a message, spelling, kind, follow-up, names, named sources, language."""
