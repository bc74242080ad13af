"""The imperative shell: order of steps, lock, clock, recovery. Everything that decides is in ``transform``."""
