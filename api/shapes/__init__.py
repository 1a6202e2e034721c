"""The public JSON: its models, events, examples, and what OpenAPI says of them."""
