"""The last that the process imports from which others fork: what stands there stays one for all of them."""

import gc

# Looked through in each process, it would be copied into each.
gc.collect()
gc.freeze()
