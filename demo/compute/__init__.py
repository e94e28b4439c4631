"""Computing: once for all who wait, on one thread, with results kept within bounds."""
