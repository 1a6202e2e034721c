"""What a request passes before it is answered: whose it is, where it comes from, how much and how often."""
