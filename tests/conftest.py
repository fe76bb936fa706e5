"""What holds for all tests."""

from __future__ import annotations

import signal

# A shell that starts the checks in the background has Ctrl-C ignored, and so would every program that a test
# interrupts.
signal.signal(signal.SIGINT, signal.default_int_handler)
