"""Jsonnet that somebody else wrote, evaluated: apart from this process, within bounds, inside the checkout."""
