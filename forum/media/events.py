"""What can happen to pictures."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PictureUploaded:
    picture_id: int
