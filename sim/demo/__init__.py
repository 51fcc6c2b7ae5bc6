"""`make demo`: one patrol told in the terminal. A client of the service and of the simulator, no part of either."""
