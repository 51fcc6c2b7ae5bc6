"""WGS-84 <-> ENU about one origin (azimuthal equidistant: below 1 mm of scale error over 5 km)."""

from dataclasses import dataclass
from functools import cached_property

from pyproj import CRS, Transformer


@dataclass(frozen=True)
class Origin:
    """The ENU origin of a road map: x east, y north, z up, in metres from this WGS-84 point."""

    lat_deg: float
    lon_deg: float
    alt_m: float = 0.0
    """Height of z = 0 above mean sea level."""

    @cached_property
    def _plane(self) -> Transformer:
        plane = CRS(f"+proj=aeqd +lat_0={self.lat_deg} +lon_0={self.lon_deg} +ellps=WGS84 +units=m +no_defs")
        return Transformer.from_crs(CRS("EPSG:4326"), plane, always_xy=True)

    def to_enu(self, lat_deg: float, lon_deg: float) -> tuple[float, float]:
        """WGS-84 degrees -> (east_m, north_m)."""
        x, y = self._plane.transform(lon_deg, lat_deg)
        return float(x), float(y)

    def to_wgs84(self, x_m: float, y_m: float) -> tuple[float, float]:
        """(east_m, north_m) -> (lat_deg, lon_deg)."""
        lon, lat = self._plane.transform(x_m, y_m, direction="INVERSE")
        return float(lat), float(lon)
