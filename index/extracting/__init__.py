"""Readers of the formats that are no plain text: each makes a Reading of a file's bytes, or says why it cannot."""
