"""From documents to retrieved passages. Imports nothing from `app`."""
