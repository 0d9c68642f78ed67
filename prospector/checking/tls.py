"""TLS as a client that comes back: the second connection to a host resumes the session of the first, which spares both the key exchange.

asyncio has no argument for a session, and makes its TLS objects through the context: so the context remembers them.
"""

from __future__ import annotations

import ssl
import sys
from collections import OrderedDict
from typing import Any

REMEMBERED = 1_000  # hosts; a session takes a few KB


class ResumingContext(ssl.SSLContext):
    """A client's context. A session is kept only of a handshake that went through, so what was verified then counts now."""

    _sessions: OrderedDict[str, ssl.SSLSession]
    _untaken: OrderedDict[str, None]  # hosts that have not answered since one was offered: some drop whoever offers any

    def __new__(cls, *_: Any) -> ResumingContext:  # noqa: PYI034 - as the class that it extends
        context = super().__new__(cls, ssl.PROTOCOL_TLS_CLIENT)
        context.sslobject_class = _Resuming
        context._sessions = OrderedDict()
        context._untaken = OrderedDict()
        return context

    def wrap_bio(
        self,
        incoming: ssl.MemoryBIO,
        outgoing: ssl.MemoryBIO,
        server_side: bool = False,  # noqa: FBT001, FBT002 - ssl's own signature
        server_hostname: str | bytes | None = None,
        session: ssl.SSLSession | None = None,
    ) -> ssl.SSLObject:
        # taken, not only read: a ticket is for one use
        session = session or self._sessions.pop(str(server_hostname), None)
        made = super().wrap_bio(incoming, outgoing, server_side=server_side, server_hostname=server_hostname, session=session)
        if session is not None and isinstance(made, _Resuming):
            made.offered = True
            self._untaken[str(server_hostname)] = None
            if len(self._untaken) > REMEMBERED:
                self._untaken.popitem(last=False)
        return made

    def keep(self, host: str, session: ssl.SSLSession, *, offered: bool) -> None:
        """:param offered: the connection that it is of had offered one, and went through."""
        if offered:
            self._untaken.pop(host, None)
        elif host in self._untaken:
            return
        self._sessions[host] = session
        self._sessions.move_to_end(host)
        if len(self._sessions) > REMEMBERED:
            self._sessions.popitem(last=False)


class _Resuming(ssl.SSLObject):
    """One connection. Its session is whole once the server has sent something: tickets come after the handshake."""

    offered = False
    _kept = False

    def read(self, len: int = 1024, buffer: Any = None) -> Any:  # noqa: A002 - the name that ssl gave it
        data = super().read(len, buffer)
        if not self._kept and self.server_hostname and self.session is not None and isinstance(self.context, ResumingContext):
            self._kept = True
            self.context.keep(self.server_hostname, self.session, offered=self.offered)
        return data


def strict_context() -> ssl.SSLContext:
    """Whoever answers must prove that the host is theirs."""
    context = ResumingContext()
    context.load_default_certs()
    if sys.version_info >= (3, 13):  # as ssl.create_default_context has it from then on
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN | ssl.VERIFY_X509_STRICT
    return context


def lenient_context() -> ssl.SSLContext:
    """For hosts whose certificate is known to be out of order."""
    context = ResumingContext()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
