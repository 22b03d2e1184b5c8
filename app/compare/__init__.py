"""What each source says on a question, side by side."""
