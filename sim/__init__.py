"""A simulated city road, drones and payloads. Meets the service only over MAVLink and video, as a real drone would."""
