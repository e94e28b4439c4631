"""What is taken away as files: the papers' figures, notebooks."""
