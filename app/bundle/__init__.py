"""The evidence bundle: a zip that proves its own quotations."""
