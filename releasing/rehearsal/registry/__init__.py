"""The rehearsal's registry: OCI image layouts on disk, served over HTTP, and small real images."""
