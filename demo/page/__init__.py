"""The parts of the page that need no computation: its head, texts, screens, examples, tours."""
