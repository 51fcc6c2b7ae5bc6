"""A simulated PX4-flavoured multicopter that speaks MAVLink 2 over UDP.

`Aircraft` is the vehicle without any I/O (stepped by time), `Multicopter` puts it on its two MAVLink links.
"""

from sim.vehicle.aircraft import Aircraft, Home
from sim.vehicle.clock import Clock
from sim.vehicle.link import PortInUse
from sim.vehicle.multicopter import Multicopter, MulticopterConfig

__all__ = ["Aircraft", "Clock", "Home", "Multicopter", "MulticopterConfig", "PortInUse"]
