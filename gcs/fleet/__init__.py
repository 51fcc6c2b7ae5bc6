"""One MAVSDK hub for all drones: links, telemetry with age, tracked commands, camera, gimbal, speaker."""
