"""The sentence's journey: its query, service, routes, views."""
