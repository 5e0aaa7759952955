"""Prefect over DVC: the flow `build` runs the graph of `dvc.yaml`, one stage process at a time per stage.

The flows know the stages only through `dvc.yaml`, and `dvc repro` alone gives the same artifacts.
"""

from flows import settings

settings.apply()  # before anything below imports Prefect, which reads its settings once
