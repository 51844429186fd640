"""Measures Martlet and its peers in one interleaved run."""
