"""Readers of formats that are not plain text: each module makes a Reading of a file's bytes."""
