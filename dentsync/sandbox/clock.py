"""Virtual time: real time sped up, stopped or moved, so that ten-minute limits can be rehearsed in seconds."""

import time


class VirtualClock:
    """Epoch seconds that run ``speed`` times faster than real ones; speed 0 stands still until ``advance``."""

    def __init__(self, speed: float = 1.0) -> None:
        self._speed = speed
        self._virtual = self._real = time.time()

    @property
    def speed(self) -> float:
        """Virtual seconds per real second."""
        return self._speed

    def now(self) -> float:
        """Virtual epoch seconds."""
        return self._virtual + (time.time() - self._real) * self._speed

    def set_speed(self, speed: float) -> None:
        """Run at another speed from now on; time does not jump."""
        self._virtual, self._real = self.now(), time.time()
        self._speed = speed

    def advance(self, seconds: float) -> None:
        """Jump forward (or back) by virtual seconds."""
        self._virtual += seconds

    def move_to(self, moment: float) -> None:
        """Make it ``moment`` (epoch seconds) now."""
        self._virtual, self._real = moment, time.time()

    def real(self, virtual_seconds: float) -> float:
        """How long that takes in real seconds; a stopped clock waits for nobody."""
        return virtual_seconds / self._speed if self._speed > 0 else 0.0
