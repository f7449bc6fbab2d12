"""The customer help forum."""

__version__ = "0.1.0"
