"""Tests of the harness: what it counts, what it says, and that it leaves nothing behind."""
