"""Incidents: one per real event, from new to resolved, each step with who and when."""
