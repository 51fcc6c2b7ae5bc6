"""The detector: how it was trained, exported and judged. See README.md for the model card."""
