"""What a person writes in Python: networks that train, data sets, compiled graphs, checks, files."""
