"""What is measured by running the whole: the service under load for long."""
