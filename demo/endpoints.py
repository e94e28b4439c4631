"""All views, figures and notebooks of the data plane: imports every module of each room's folder `endpoints`.

The views compute and encode (demo.photo.views, demo.sentence.views, demo.recurrence.views); the modules in `endpoints`
declare the parameters of each and fetch what it needs from the services.
"""

from importlib import import_module
from pkgutil import iter_modules

from demo.photo import endpoints as of_photo
from demo.photo.registry import photo_view
from demo.recurrence import endpoints as of_recurrence
from demo.sentence import endpoints as of_sentence
from demo.sentence.registry import sentence_view
from demo.takeaway import endpoints as of_takeaway
from demo.takeaway.registry import photo_figure, photo_notebook, sentence_figure, sentence_notebook

for _room in (of_photo, of_sentence, of_recurrence, of_takeaway):
    for _module in iter_modules(_room.__path__):
        import_module(f"{_room.__name__}.{_module.name}")

__all__ = ["photo_figure", "photo_notebook", "photo_view", "sentence_figure", "sentence_notebook", "sentence_view"]
