"""Locations: where files lie, by URL scheme; one file each."""

from onefold.sources.locations.location import Location, StorageOptions, StoredFile

__all__ = ["Location", "StorageOptions", "StoredFile"]
