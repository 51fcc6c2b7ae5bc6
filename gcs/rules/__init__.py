"""One file per event type: pure functions over tracks and lanes, no I/O."""
