"""What hangs under a drone: camera, gimbal and loudspeaker components, on our vehicle or on PX4 SITL."""
