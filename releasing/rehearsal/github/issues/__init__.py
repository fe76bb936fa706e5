"""Issues of the local GitHub, and milestones."""
