"""What every model needs and no paper is about."""
