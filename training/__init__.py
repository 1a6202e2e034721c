"""How the cross-encoder that ships with citespan is made: run by hand, not installed."""
