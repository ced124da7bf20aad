"""The page of a run."""

from kerasgan.report.page import Run, page

__all__ = ["Run", "page"]
