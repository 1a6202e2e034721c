"""Slack: questions asked in channels, in direct messages and with /ask, answered in threads with their sources."""
