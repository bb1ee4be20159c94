"""Cleaning steps: what a source's values go through before they are published; one file each."""

from onefold.sources.cleaning.step import Cleaned, CleaningContext, CleaningStep, TextStep

__all__ = ["Cleaned", "CleaningContext", "CleaningStep", "TextStep"]
