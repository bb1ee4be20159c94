"""The example company: an invented retailer's 26 months, made from a seed, with its truth and its workspace."""

from onefold.example.definitions import write_definitions
from onefold.example.model import Dirt, ExampleReport
from onefold.example.service import generate_retail

__all__ = ["Dirt", "ExampleReport", "generate_retail", "write_definitions"]
