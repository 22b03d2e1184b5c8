"""Everything that makes HTML. It reads what `session` keeps and changes nothing."""
