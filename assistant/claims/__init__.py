"""Whether what a claim says is what its quotations say."""
