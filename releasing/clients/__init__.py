"""What we speak to, each without knowing of releases: git, GitHub, checks, clusters, registries, ksonnet."""
