"""The scenery that does not move, built once from the road network."""

from sim.camera.scene.static import StaticScene

__all__ = ["StaticScene"]
