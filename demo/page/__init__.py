"""What the page is made of before anything is computed: its head, words, screens, examples, tours."""
