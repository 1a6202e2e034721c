"""What can be wrong, of which kind each is, and how it is told."""
