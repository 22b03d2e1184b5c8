"""From records to terminal text, Markdown and HTML, with all escaping."""
