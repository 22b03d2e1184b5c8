"""Does a statement rest on quoted words? Guards that count and compare, and a reader that understands."""
