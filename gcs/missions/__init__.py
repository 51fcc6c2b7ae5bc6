"""Plans, their checks, and sorties: a plan flown by a drone for a named person."""
