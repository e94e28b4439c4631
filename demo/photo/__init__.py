"""The photo's journey: its query, service, routes, views."""
