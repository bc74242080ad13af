"""For all tests."""

import signal

# A shell without job control lets its background processes ignore Ctrl-C, and whatever they start inherits that.
signal.signal(signal.SIGINT, signal.default_int_handler)
