"""How mixtura's own speed changes from commit to commit: `asv run` in the folder above.

Times per parameter set; `data.SHARE` makes everything small for the test that runs each benchmark once.
"""
