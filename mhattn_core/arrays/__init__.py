"""What heads did, as arrays with their shapes: `attention` fills them from a model, `measures` reads them.

They stand below both, so that a measure knows of shapes and words and of no network.
"""
