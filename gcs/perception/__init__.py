"""Frames in, road users in metres out: detector, tracker, camera geometry, road map."""
