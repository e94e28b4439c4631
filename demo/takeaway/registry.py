"""The figures and notebooks that are made of a photo or a sentence, by name: endpoints/ fills them."""

from __future__ import annotations

from demo.photo.query import PhotoQuery
from demo.photo.registry import photo_query_of
from demo.photo.service import PhotoService
from demo.query.registry import Views
from demo.sentence.query import TranslationQuery
from demo.sentence.registry import translation_query_of
from demo.sentence.service import SentenceService

# The papers' figures of what the page shows, as files to download.
photo_figure: Views[PhotoService, PhotoQuery] = Views(photo_query_of, "figure")
sentence_figure: Views[SentenceService, TranslationQuery] = Views(translation_query_of, "figure")
# Notebooks with the code that computes what the page shows.
photo_notebook: Views[PhotoService, PhotoQuery] = Views(photo_query_of, "notebook")
sentence_notebook: Views[SentenceService, TranslationQuery] = Views(translation_query_of, "notebook")
