"""The packages of a wheel; everything else stands in pyproject.toml."""

from setuptools import find_packages, setup

setup(
    packages=[*find_packages(include=["demo", "demo.*", "vit_core", "vit_core.*"]), "attention_microscope_assets"],
    # At the top of an environment "assets" could be anybody's (vit_core/bundled.py).
    package_dir={"attention_microscope_assets": "assets"},
)
