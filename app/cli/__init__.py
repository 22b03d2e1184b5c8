"""The commands of `footnote`."""
