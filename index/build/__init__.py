"""The commands of `footnote index`, one file each: build, status, verify, prune."""
