"""Ingest of the drones' video, relay to browsers, ring recorder: every frame keyed by its capture time."""
