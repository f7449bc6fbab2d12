"""Pictures on pages: uploaded, served to those who may see them, listed for their uploader."""
