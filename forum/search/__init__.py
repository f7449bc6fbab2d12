"""Rows become documents, words become hits that the reader may see."""
