"""What a public server needs: open routes, health, metrics, logs, limits, headers."""
