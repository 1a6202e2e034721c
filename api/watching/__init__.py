"""What is written down of requests: ids, log lines, figures."""
