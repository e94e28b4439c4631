"""Files for whoever takes something away: the papers' figures, notebooks."""
