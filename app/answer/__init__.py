"""From sentences to proved statements, summaries, answers about the sources, and small talk."""
