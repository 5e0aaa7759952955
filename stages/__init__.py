"""The data engine: everything that touches data. Never imports Prefect or DVC."""
