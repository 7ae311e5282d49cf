"""The scope of one merchant's request: its role and shop on both of Saleor's connections.

While it lasts, a connection that is opened gets the role before anything else, and every query
passes by ``RequestScope.guard``, which refuses to run on a connection that is not in the role. The
settings are written outside of transactions only, because a rollback would take them back. A task
that a merchant's command started has the shop, too, as the tables' owner (tasks.py).
"""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.conf import settings
from django.db import connections
from psycopg.errors import UndefinedFunction

from .errors import ScopeLost
from .installing import MARKER, ROLE, rules_digest
from .merchants import MerchantShop

logger = logging.getLogger(__name__)

NO_SHOP = " "  # no shop's slug: nothing is found, and the guards stay awake
# One message to the server; the second statement sees what the first has done.
ENTER = f"""
SELECT set_config('alencon.shop', %s, false), set_config('alencon.user', %s, false),
       set_config('role', %s, false);
SELECT current_user, current_setting('alencon.shop'), public.{MARKER}()"""
LEAVE = (
    "SELECT set_config('role', 'none', false), set_config('alencon.shop', '', false),"
    " set_config('alencon.user', '', false)"
)


OWNER = "none"  # SET ROLE's word for the login itself
_thread = threading.local()


def find_running() -> "RequestScope | None":
    """Return the scope that this thread is in."""
    running: RequestScope | None = getattr(_thread, "scope", None)
    return running


class RequestScope:
    """One merchant's request, from its begin to ``end``; used by one thread.

    ``role`` is the one it begins in: the merchant's, or the tables' owner for a task.
    """

    def __init__(
        self,
        user_id: int,
        shop: MerchantShop | None,
        *,
        email: str = "",
        look: Any = None,
        role: str = ROLE,
    ) -> None:
        self.user_id = user_id
        self.email = email
        self.shop = shop
        self.look = look  # the Office's, when it is the Office that looks
        self._role = role
        self._held: dict[str, Any] = {}
        self._connections: list[Any] = []

    @property
    def read_only(self) -> bool:
        """Whether every command is refused."""
        return self.shop is None or self.shop.read_only

    def begin(self) -> None:
        """Take the role on both connections; on one that is not open, when it is opened.

        :raises ScopeLost: a connection is within a transaction, or has not this version's rules.
        """
        self.watch()
        try:
            self.take_open()
        except BaseException:
            self.end()
            raise

    def watch(self) -> None:
        """See to it that no query of this thread runs outside of the role."""
        _thread.scope = self
        names = (
            settings.DATABASE_CONNECTION_DEFAULT_NAME,
            settings.DATABASE_CONNECTION_REPLICA_NAME,
        )
        for name in names:
            connection = connections[name]
            connection.execute_wrappers.append(self.guard)
            connection.init_connection_state = partial(self._opened, connection)
            self._connections.append(connection)

    def take_open(self) -> None:
        """Take the role on the connections that are open.

        :raises ScopeLost: as ``begin``.
        """
        for connection in self._connections:
            if connection.connection is not None:
                self._take(connection)

    def end(self) -> None:
        """Give the role back; a connection that does not is closed."""
        for connection in self._connections:
            if self.guard in connection.execute_wrappers:
                connection.execute_wrappers.remove(self.guard)
            connection.__dict__.pop("init_connection_state", None)
            try:
                raw = connection.connection
                if raw is not None and not raw.closed:
                    if connection.in_atomic_block or not raw.autocommit:
                        raise ScopeLost("A transaction outlived its request.")
                    if connection.close_at is not None and time.monotonic() >= connection.close_at:
                        connection.close()  # as Django does after this request: one question less
                        continue
                    with raw.cursor() as cursor:
                        cursor.execute(LEAVE)
            except Exception as error:
                logger.warning("A connection is closed rather than reset: %s", error)
                connection.in_atomic_block = False
                connection.needs_rollback = False
                connection.close()
        self._connections.clear()
        self._held.clear()
        if find_running() is self:
            _thread.scope = None

    def guard(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        """Run one query, on a connection that is in the wanted role."""
        connection = context["connection"]
        if self._held.get(connection.alias) is not connection.connection:
            self._take(connection)
        return execute(sql, params, many, context)

    @contextmanager
    def elevated(self) -> Iterator[None]:
        """Work as the tables' owner for a while; the triggers still guard the shop's borders.

        :raises ScopeLost: within a transaction, whose end would undo the change of role.
        """
        self._switch(OWNER)
        try:
            yield
        finally:
            self._switch(ROLE)

    def _switch(self, role: str) -> None:
        """Change the role on both connections; one that does not is closed."""
        self._role = role
        self._held.clear()
        for connection in self._connections:
            if connection.connection is None:
                continue
            try:
                self._take(connection)
            except Exception:
                connection.close()
                raise

    def _opened(self, connection: Any) -> None:
        """Do as Django on a new connection, and put it into the role; one that is not is closed."""
        type(connection).init_connection_state(connection)
        try:
            self._take(connection)
        except Exception:
            connection.close()
            raise

    def _take(self, connection: Any) -> None:
        """Put role and shop on one connection.

        :raises ScopeLost: within a transaction, or the rules are missing or of another version.
        """
        connection.ensure_connection()
        raw = connection.connection
        if connection.in_atomic_block or not raw.autocommit:
            raise ScopeLost("The merchant's role cannot be taken within a transaction.")
        shop = self.shop.slug if self.shop else NO_SHOP
        try:
            with raw.cursor() as cursor:
                cursor.execute(ENTER, [shop, str(self.user_id), self._role])
                cursor.nextset()
                role, found, rules = cursor.fetchone()
        except UndefinedFunction:
            raise ScopeLost(OTHER_RULES) from None
        if found != shop or (self._role == ROLE) != (role == ROLE):
            raise ScopeLost("A connection did not take the merchant's role.")
        if rules != RULES:
            raise ScopeLost(OTHER_RULES)
        self._held[connection.alias] = raw


OTHER_RULES = "The rules are missing or of another version: run `alencon_scope install`."
RULES = rules_digest()
