"""Query parameters of addresses: declared, parsed and checked."""
