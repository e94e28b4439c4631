"""Files to download: the papers' figures, notebooks."""
