"""Measurements, each beside a reference on the same machine in the same run: what counts is the ratio."""
