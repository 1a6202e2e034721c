"""What people thought of answers, and the cases that an evaluation may be made of."""
