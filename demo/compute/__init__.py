"""What is computed: once for all who wait, on one thread, kept within bounds."""
