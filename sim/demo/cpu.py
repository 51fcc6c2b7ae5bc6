"""How much processor each process of the demo takes while the story runs."""

import time
from dataclasses import dataclass, field

import psutil


@dataclass
class CpuMeter:
    """Share of one core per process, between `start` and `shares`."""

    roots: dict[str, int]
    """Name of a part -> its process id; children count under their own name."""
    _began: float = 0.0
    _before: dict[int, float] = field(default_factory=dict)

    def start(self) -> None:
        """Count from now."""
        self._began = time.monotonic()
        self._before = {process.pid: _seconds(process) for _, process in self._processes()}

    def shares(self) -> dict[str, float]:
        """Name -> cores, since `start`; processes that have ended are left out."""
        wall_s = max(time.monotonic() - self._began, 1e-3)
        shares: dict[str, float] = {}
        for name, process in self._processes():
            used = _seconds(process) - self._before.get(process.pid, 0.0)
            shares[name] = round(shares.get(name, 0.0) + used / wall_s, 3)
        return {name: share for name, share in shares.items() if share >= 0.005}

    def _processes(self) -> list[tuple[str, psutil.Process]]:
        found = []
        for part, pid in self.roots.items():
            try:
                root = psutil.Process(pid)
                found.append((part, root))
                found += [(f"{part}: {_name(child)}", child) for child in root.children(recursive=True)]
            except psutil.NoSuchProcess:
                continue
        return found


def _seconds(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)


def _name(process: psutil.Process) -> str:
    """What a child does, by its command line: its module, or the kind of worker it is."""
    try:
        words = process.cmdline()
    except psutil.NoSuchProcess:
        return "ended"
    if "-m" in words:
        name = words[words.index("-m") + 1]
        return f"{name} {words[words.index('--system-id') + 1]}" if "--system-id" in words else name
    if any("multiprocessing.spawn" in word for word in words):
        return "worker"
    if any("multiprocessing.resource_tracker" in word for word in words):
        return "resource tracker"
    return words[0].rsplit("/", 1)[-1] if words else "?"
