"""The same answers in the shapes of OpenAI's API."""
