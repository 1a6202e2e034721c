"""Reports for people and for other programs, one file for each form."""
