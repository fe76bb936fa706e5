"""Builds of images: the commit and the tag they share, and what makes them."""
