"""Attach to, or start, the user's PX4 SITL."""
