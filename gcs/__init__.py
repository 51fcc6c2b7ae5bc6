"""Patrol GCS: the service. Rooms follow the data path; imports go one way (see .importlinter)."""
