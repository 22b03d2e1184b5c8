"""Pages of the web, asked for one at a time and only when the user says so. The one way from Footnote to the web."""
