"""Samples to words: weights, recognition, and the second listen."""
