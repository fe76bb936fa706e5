"""release.yaml: its types, and how it is read."""
