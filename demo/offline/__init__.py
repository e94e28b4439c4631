"""The page as files that need no server."""
