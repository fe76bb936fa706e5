"""Checks of the nightly release: which images it covers, how old their newest tags are, and who is notified."""
