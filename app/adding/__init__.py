"""Sources added and removed in the browser: who may, what waits to be looked at, and the one change on its way."""
