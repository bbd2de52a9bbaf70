"""TinyDB's own tables over a journal: a change costs what it touches, not the size of the table.

Stock TinyDB hands the whole database to its storage at every change. Here :meth:`Table._update_table` gives its
updater a mapping that remembers which documents it touched; those become the ops of one record, and the tables
are changed only by applying a record that is on the disk, whoever wrote it. ``_update_table`` and
``_read_table`` are TinyDB 4's; ``tests/test_journal.py`` compares these tables with stock ones.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

from tinydb import TinyDB
from tinydb.storages import Storage
from tinydb.table import Document, Table

from triage.store.records import Op

Doc = dict[str, Any]
Changes = dict[str, Doc | None]
"""Documents changed and not yet kept, by id; ``None`` is a removed one."""


class Overlay(MutableMapping[str, Doc]):
    """A table with changes over it. With ``touch`` a document that is read is copied first, since TinyDB's
    updaters change documents in place."""

    def __init__(self, base: dict[str, Doc], changes: Changes, touch: bool = False) -> None:
        self._base, self._changes, self._touch = base, changes, touch

    def __getitem__(self, key: str) -> Doc:
        if key in self._changes:
            doc = self._changes[key]
            if doc is None:
                raise KeyError(key)
            return doc
        doc = self._base[key]
        if self._touch:
            doc = self._changes[key] = copy.deepcopy(doc)
        return doc

    def __contains__(self, key: object) -> bool:
        return self._changes[key] is not None if key in self._changes else key in self._base

    def __setitem__(self, key: str, doc: Doc) -> None:
        self._changes[key] = doc

    def __delitem__(self, key: str) -> None:
        if key not in self:
            raise KeyError(key)
        self._changes[key] = None

    def __iter__(self) -> Iterator[str]:
        yield from (key for key in list(self._base) if self._changes.get(key, True) is not None)
        yield from [key for key, doc in self._changes.items() if doc is not None and key not in self._base]

    def __len__(self) -> int:
        return sum(1 for _ in self)


class JournalStorage(Storage):
    """The tables in memory. ``keep`` makes ops durable and must end in :meth:`apply`."""

    def __init__(self, keep: Callable[[list[Op]], None]) -> None:
        self._keep = keep
        self.tables: dict[str, dict[str, Doc]] = {}
        self._staged: dict[str, Changes] | None = None

    def read(self) -> dict[str, dict[str, Doc]]:
        return self.tables

    def write(self, data: object) -> None:
        raise NotImplementedError("the journal is only ever added to: change documents, not the whole database")

    def apply(self, op: Op) -> Doc | None:
        """Change the tables as a durable op says; the document it replaced."""
        table = self.tables.setdefault(op[1], {})
        if op[0] == "put":
            before = table.get(op[2])
            table[op[2]] = op[3]
            return before
        return table.pop(op[2], None)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make the changes inside one record, or none of them."""
        self._staged = {}
        try:
            yield
            ops: list[Op] = [
                ["del", table, key] if doc is None else ["put", table, key, doc]
                for table, changes in self._staged.items()
                for key, doc in changes.items()
                if doc != self.tables.get(table, {}).get(key)
            ]
            if ops:
                self._keep(ops)
        finally:
            self._staged = None

    def update(self, name: str, updater: Callable[[Any], None]) -> None:
        """Run TinyDB's updater on one table, in the transaction there is or in one of its own."""
        if self._staged is None:
            with self.transaction():
                self.update(name, updater)
            return
        changes: Changes = dict(self._staged.get(name, {}))
        updater(Overlay(self.tables.get(name, {}), changes, touch=True))
        self._staged[name] = changes

    def view(self, name: str) -> Any:
        """The table as it is read now, staged changes included."""
        base = self.tables.get(name, {})
        changes = self._staged.get(name) if self._staged else None
        return Overlay(base, changes) if changes else base


class JournalTable(Table):
    """A TinyDB table with string ids, whose changes become records of the journal."""

    document_id_class = str  # type: ignore[assignment]

    def __init__(self, storage: JournalStorage, name: str, **_: Any) -> None:
        super().__init__(storage, name, cache_size=0)
        self._journal = storage

    def _read_table(self) -> dict[str, Any]:
        view: dict[str, Any] = self._journal.view(self.name)
        return view

    def _update_table(self, updater: Callable[[Any], None]) -> None:
        self._journal.update(self.name, updater)


class JournalDB(TinyDB):
    """TinyDB over a :class:`JournalStorage`."""

    table_class = JournalTable  # type: ignore[assignment]

    def __init__(self, storage: JournalStorage) -> None:
        super().__init__(storage=lambda: storage)


def document(doc_id: str, doc: Doc) -> Document:
    """A document under an id of our own; a plain dict would get a number."""
    return Document(doc, doc_id)  # type: ignore[arg-type]
