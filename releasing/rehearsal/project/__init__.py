"""The sample project of a rehearsal: its repository, its history, its images."""
