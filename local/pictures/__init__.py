"""Pictures of pages, taken by whatever browser of the Chromium family there is."""

from local.pictures.picture import Picture, Shot, take_picture

__all__ = ["Picture", "Shot", "take_picture"]
