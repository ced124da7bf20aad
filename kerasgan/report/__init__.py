"""The page of a run."""

from kerasgan.report.page import PictureError, Run, page

__all__ = ["PictureError", "Run", "page"]
