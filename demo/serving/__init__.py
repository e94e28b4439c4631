"""The parts of a public server: open routes, health, metrics, logs, limits, headers."""
