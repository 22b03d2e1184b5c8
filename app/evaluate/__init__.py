"""Answers scored against questions with known answers."""
