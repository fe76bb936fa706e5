"""Packages of ksonnet apps: the registries that have them, their prototypes, and components from prototypes."""
