"""Boot time and unix time, of the payload itself and of the vehicle it rides on."""

import time
from collections import deque


class Clock:
    """The payload's own clock: `time_boot_ms` counts from when it was made."""

    def __init__(self) -> None:
        self._boot_unix_s = time.time()

    def boot_ms(self, t_unix_s: float) -> int:
        """Milliseconds since boot at a unix time, as MAVLink's uint32 (wraps after 49 days)."""
        return round((t_unix_s - self._boot_unix_s) * 1000) & 0xFFFFFFFF


class PeerClock:
    """Maps another component's `time_boot_ms` to unix seconds from when its messages arrive.

    The offset is the smallest (arrival - boot) of the last `window_s`: the message that was delayed least. The window
    lets a simulator that runs slower than real time drift.
    """

    def __init__(self, window_s: float = 5.0) -> None:
        self._window_s = window_s
        self._offsets: deque[tuple[float, float]] = deque()
        """(arrival, offset), offsets increasing: the head is the window's minimum."""
        self._last_boot_s = 0.0

    def to_unix_s(self, time_boot_ms: int, arrival_unix_s: float) -> float:
        """Unix time of a message stamped `time_boot_ms` that arrived at `arrival_unix_s`."""
        boot_s = time_boot_ms / 1000
        if boot_s < self._last_boot_s - 1:  # it rebooted: what was learnt no longer holds
            self._offsets.clear()
        self._last_boot_s = boot_s
        offset = arrival_unix_s - boot_s
        while self._offsets and self._offsets[-1][1] >= offset:
            self._offsets.pop()
        self._offsets.append((arrival_unix_s, offset))
        while self._offsets[0][0] < arrival_unix_s - self._window_s:
            self._offsets.popleft()
        return boot_s + self._offsets[0][1]
