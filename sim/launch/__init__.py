"""Starting a whole simulation: ports, parts and their supervision."""
