"""The harness of the detection claim: seeded flights, the service's own perception and rules, SUMO's truth."""
