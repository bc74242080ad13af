"""A limit of requests per second."""

from dataclasses import dataclass


@dataclass
class LeakyBucket:
    """Each request adds one, the level falls by ``leak`` a second, nothing passes above ``threshold``."""

    level: float = 0.0
    at: float = 0.0

    def takes(self, now: float, threshold: float, leak: float) -> bool:
        """Whether a request at ``now`` is let in; a refused one does not count."""
        self.level = max(0.0, self.level - max(0.0, now - self.at) * leak)
        self.at = now
        if threshold and self.level + 1 > threshold:
            return False
        self.level += 1
        return True
