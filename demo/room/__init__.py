"""Rooms of a lecture."""
