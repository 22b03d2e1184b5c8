"""From a question to a cited answer, in the terminal, the browser and over HTTP."""

__version__ = "0.2.0"
