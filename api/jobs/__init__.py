"""Uploads, deletions and rebuilds: received, written down, done in order, taken up again after a restart."""
