"""Answers that a language model writes: chat models, prompts, drafts, quotations located, claims that survive."""
