"""All forms, in the order of the table."""

from __future__ import annotations

from tests.wild import bare_files, marian_folders, others, timm_folders, transformers_folders

FORMS = (
    *transformers_folders.forms(),
    *timm_folders.forms(),
    *bare_files.forms(),
    *marian_folders.forms(),
    *others.forms(),
)
