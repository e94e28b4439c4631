"""What the data plane answers, a module for each screen: whatever lies in this folder is found.

The views compute and encode (demo.views); here stands what each is asked and what the services have to bring for it.
"""

from importlib import import_module
from pkgutil import iter_modules

from demo.registry import (
    photo_figure,
    photo_notebook,
    photo_view,
    sentence_figure,
    sentence_notebook,
    sentence_view,
)

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")

__all__ = ["photo_figure", "photo_notebook", "photo_view", "sentence_figure", "sentence_notebook", "sentence_view"]
