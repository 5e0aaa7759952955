"""Plug-ins by name: late import, suggestions, and the pip line where a package is missing."""

import pytest

from stages import registry


class NeedsMore:
    requires = ("json", "no_such_package_zz")


TABLE = {"params": "stages.params:Params", "path": "pathlib:Path", "more": "tests.test_registry:NeedsMore"}


def test_a_row_is_imported() -> None:
    assert registry.resolve(TABLE, "path", "thing").__name__ == "Path"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        pytest.param("parms", r"unknown thing 'parms'. Did you mean 'params'\? Known: more, params, path", id="near"),
        pytest.param("zzz", r"unknown thing 'zzz'. Known: more, params, path", id="nothing near"),
    ],
)
def test_unknown_names(name: str, message: str) -> None:
    with pytest.raises(registry.UnknownName, match=message):
        registry.resolve(TABLE, name, "thing")


def test_missing_packages_come_with_the_pip_line() -> None:
    with pytest.raises(registry.MissingPackage, match="thing 'more' needs no_such_package_zz; run `pip install"):
        registry.resolve(TABLE, "more", "thing")
