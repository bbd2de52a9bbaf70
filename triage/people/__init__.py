"""People: who a caller means, from a name, a date, a postcode or a phone number as they were heard. Pure.

Values in, values out: :class:`Person` are read off calls by the desk, :class:`People` is their index, built once.
"""

from triage.people.doubles import Pair, doubles
from triage.people.form import Heard, Likely, Names, Person, Row
from triage.people.hearing import hear
from triage.people.identity import POINTS, agrees
from triage.people.index import People

__all__ = ["POINTS", "Heard", "Likely", "Names", "Pair", "People", "Person", "Row", "agrees", "doubles", "hear"]
