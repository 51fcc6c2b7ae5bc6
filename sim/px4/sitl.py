"""How to start a PX4 SITL instance from a build directory: headless, with its own physics (SIH), on our ports."""

import fcntl
import os
from dataclasses import dataclass
from pathlib import Path

READY_LINE = "Startup script returned successfully"
"""PX4 prints it once all its modules run. (Ready for take-off it is only when a ground station is connected.)"""

SAFE_PARAMETERS = {
    "COM_RC_IN_MODE": 4,  # no stick input: there is no remote control
    "COM_RCL_EXCEPT": 7,
    "NAV_DLL_ACT": 2,  # ground station lost: return
    "COM_LOW_BAT_ACT": 3,  # return at critical, land at emergency level
    "GF_ACTION": 3,  # fence breached: return
    "RTL_RETURN_ALT": 60,
    "MIS_TAKEOFF_ALT": 30,
    "MPC_XY_CRUISE": 12,
    "SIM_BAT_DRAIN": 1800,
    "SIM_BAT_MIN_PCT": 5,
    "SDLOG_MODE": -1,
}
"""Set before PX4 starts its modules. PX4's defaults do nothing on loss of the link or of the battery."""


class Px4Error(Exception):
    """PX4 cannot be started; the message says what is missing."""


@dataclass(frozen=True)
class Home:
    """Where the vehicle stands, WGS-84 and metres above mean sea level."""

    lat_deg: float
    lon_deg: float
    alt_m: float


@dataclass(frozen=True)
class Px4Ports:
    """UDP ports on 127.0.0.1: PX4's own (`_local`) and whom it sends to."""

    gcs_local: int
    gcs: int
    payload_local: int
    payload: int


@dataclass(frozen=True)
class Command:
    """What to execute."""

    argv: list[str]
    environment: dict[str, str]


def check_build(build: Path) -> None:
    """Raises Px4Error unless `build` is a PX4 SITL build directory such as build/px4_sitl_default."""
    for part in ("bin/px4", "etc/init.d-posix/rcS"):
        if not (build / part).exists():
            raise Px4Error(f"{build}: no {part}: not a PX4 SITL build directory (like build/px4_sitl_default)")


def free_instances(count: int) -> list[int]:
    """Instance numbers nobody on this machine runs, by PX4's own lock files."""
    found = [n for n in range(255) if not _locked(Path(f"/tmp/px4_lock-{n}"))]
    return found[:count]


def prepare(build: Path, instance: int, system_id: int, home: Home, ports: Px4Ports, folder: Path) -> Command:
    """Writes the instance's own start-up scripts into `folder` and says how to run it there.

    PX4 looks for its `px4-rc.*` on the PATH before its own ROMFS; ours take the system id and the ports from us, and
    give the payload link more than PX4's 4 kB/s. Raises Px4Error.
    """
    check_build(build)
    scripts = folder / "bin"
    scripts.mkdir(parents=True, exist_ok=True)
    (scripts / "px4-rc.mavlink").write_text(_mavlink_script(ports))
    # PX4's commander reads the system id when it starts: it must be set before, which is where the simulator starts.
    simulator = build / "etc/init.d-posix/px4-rc.simulator"
    (scripts / "px4-rc.simulator").write_text(f"param set MAV_SYS_ID {system_id}\n. {simulator}\n")
    environment = {
        "PATH": f"{scripts}:{os.environ.get('PATH', '')}",
        "PX4_SIM_MODEL": "sihsim_quadx",
        "PX4_HOME_LAT": f"{home.lat_deg:.7f}",
        "PX4_HOME_LON": f"{home.lon_deg:.7f}",
        "PX4_HOME_ALT": f"{home.alt_m:.2f}",
        "HEADLESS": "1",
    } | {f"PX4_PARAM_{name}": str(value) for name, value in SAFE_PARAMETERS.items()}
    argv = [str(build / "bin/px4"), "-i", str(instance), "-d", str(build / "etc"), "-w", str(folder)]
    return Command(argv, environment)


def _mavlink_script(ports: Px4Ports) -> str:
    return (
        f"mavlink start -x -u {ports.gcs_local} -r 4000000 -f -m onboard -o {ports.gcs}\n"
        f"mavlink start -x -u {ports.payload_local} -r 400000 -f -m onboard -o {ports.payload}\n"
    )


def _locked(path: Path) -> bool:
    try:
        with path.open("r+b") as file:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False
