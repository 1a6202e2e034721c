"""Every way in: the command line and the HTTP service."""
