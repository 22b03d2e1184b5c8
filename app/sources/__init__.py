"""The sources of an index: what there is, how one is added or removed, and what proves that all are as they were."""
