"""Computation: once for all requests that wait for it, on one thread, with results kept within memory bounds."""
