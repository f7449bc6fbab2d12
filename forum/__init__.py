"""The customer help forum."""
