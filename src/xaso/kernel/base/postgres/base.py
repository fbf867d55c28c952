"""The connection tells PostgreSQL who is looking, before the first statement after a change and never twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.backends.postgresql import base as stock

from xaso.kernel.base import reach
from xaso.kernel.base.postgres.lists import QuickListDumper

_TELL = (
    "SELECT set_config('xaso.kind', %s, false), set_config('xaso.paths', %s, false),"
    " set_config('xaso.person', %s, false), set_config('xaso.account', %s, false)"
)
# Said while a transaction may be broken, and they read no table.
_BOOKKEEPING = ("SAVEPOINT ", "ROLLBACK TO", "RELEASE SAV", "SET TRANSACTION")


class DatabaseWrapper(stock.DatabaseWrapper):
    """One connection, and what it was last told.

    ``set_config`` is undone by a roll-back; a reach told inside a transaction is forgotten with it and told again.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reach_told: reach.Reach | None = None
        self._told_in_transaction = False
        self.execute_wrappers.append(self._follow)

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """A connection that writes long lists in one go."""
        link = super().get_new_connection(conn_params)
        link.adapters.register_dumper(list, QuickListDumper)
        return link

    def _follow(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        wanted = reach.present()
        if wanted is not None and wanted is not self.reach_told and wanted != self.reach_told:
            if not (isinstance(sql, str) and sql.startswith(_BOOKKEEPING)):
                self._tell(wanted)
        return execute(sql, params, many, context)

    def _tell(self, wanted: reach.Reach) -> None:
        with self.wrap_database_errors, self.connection.cursor() as cursor:
            cursor.execute(_TELL, wanted.values)
        self.reach_told = wanted
        self._told_in_transaction = not self.get_autocommit()

    def init_connection_state(self) -> None:
        """A fresh connection was told nothing."""
        self.reach_told = None
        self._told_in_transaction = False
        super().init_connection_state()

    def _commit(self) -> Any:
        self._told_in_transaction = False
        return super()._commit()  # type: ignore[misc]

    def _rollback(self) -> Any:
        self._forget()
        return super()._rollback()  # type: ignore[misc]

    def _savepoint_rollback(self, sid: str) -> None:
        self._forget()
        super()._savepoint_rollback(sid)  # type: ignore[misc]

    def _forget(self) -> None:
        if self._told_in_transaction:
            self.reach_told = None
            self._told_in_transaction = False
