"""A release with no consequences: sandbox, sample project, local GitHub, registry, stand-ins."""
