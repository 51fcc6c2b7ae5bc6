"""A PX4-flavoured multicopter speaking MAVLink 2."""
