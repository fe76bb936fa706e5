"""Texts on their way: plain for a person, quoted for YAML, with the lines that they stand on, and with hints."""
