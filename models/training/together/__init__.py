"""Several target languages learnt at once, over one encoder, and then distilled: for a GPU, in minutes."""
