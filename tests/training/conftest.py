import pytest

from kerasgan.models import AdversarialModel


@pytest.fixture(autouse=True)
def _without_saved_models(monkeypatch):
    """Half of a tiny training's time is its SavedModel, which tests/scripts and others look at."""
    monkeypatch.setattr(AdversarialModel, "export", lambda self, path: None)
