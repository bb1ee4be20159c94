"""Merge policies, one file each."""
