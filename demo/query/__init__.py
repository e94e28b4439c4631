"""Queries as words of an address: declared, parsed and checked."""
