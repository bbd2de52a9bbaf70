"""What a desk works with, each loaded the first time it is asked for: the first frame needs none of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from triage.model import OutcomeCode, Term
from triage.settings import Organisation

if TYPE_CHECKING:
    from triage.diary import Diary
    from triage.directory.search import Index
    from triage.library.directory import Directory
    from triage.money import LimitsTable
    from triage.promises import Standards
    from triage.script.screen import Phrases


@dataclass
class Tools:
    """The directory, its index, the diary, the code list and the phrases, for one data folder."""

    data_dir: Path
    organisation: Organisation = field(default_factory=Organisation)

    @cached_property
    def directory(self) -> Directory:
        """The merged directory."""
        from triage.library.directory import load_directory

        return load_directory(self.data_dir)

    @cached_property
    def index(self) -> Index:
        """The directory's search index: a fraction of a second, so ask for it off the screen's thread."""
        from triage.library.lexicon import load_lexicon
        from triage.library.places import load_places
        from triage.library.searchindex import load_index

        return load_index(self.directory, load_lexicon(), load_places(), self.data_dir)

    @property
    def ready(self) -> bool:
        """Whether the index has been built."""
        return "index" in self.__dict__

    @cached_property
    def diary(self) -> Diary:
        """Appointment types and their weekly patterns: those of the data folder's ``diary``, else the shipped ones."""
        from triage.library.diary import load_diary

        return load_diary(own if (own := self.data_dir / "diary").is_dir() else None)

    @cached_property
    def outcomes(self) -> Mapping[str, OutcomeCode]:
        """The code list, by code."""
        from triage.library.outcomes import load_outcomes

        return {o.code: o for o in load_outcomes()}

    @cached_property
    def glossary(self) -> tuple[Term, ...]:
        """What the words mean."""
        from triage.library.glossary import load_glossary

        return load_glossary()

    @cached_property
    def limits(self) -> LimitsTable:
        """What savings mean for a charge, by year."""
        from triage.library.limits import load_limits

        return load_limits()

    @cached_property
    def standards(self) -> Standards:
        """By when promises are kept, and what roles are called."""
        from triage.library.standards import load_standards

        return load_standards()

    @cached_property
    def phrases(self) -> Phrases:
        """What soft prompts listen for."""
        from triage.library.phrases import load_phrases

        return load_phrases()
