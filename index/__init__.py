"""From files to an index: load, segment, chunk, embed, store."""
