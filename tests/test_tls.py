"""A record on another machine is only spoken to over TLS that proves who it is: with a real server and certificates."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
import tempfile
import threading
from collections.abc import Iterator
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path

import pytest

from triage.errors import StoreAway, StoreError, StoreRefused

from . import servers
from .test_store import CALL, Clock, event, opened

psycopg = pytest.importorskip("psycopg", reason="psycopg isn't installed (the extra “postgres”)")
pytest.importorskip("cryptography", reason="cryptography isn't installed (the extra “secure”)")

from cryptography import x509  # noqa: E402
from cryptography.hazmat.primitives import hashes, serialization  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import ec  # noqa: E402
from cryptography.x509.oid import NameOID  # noqa: E402

from triage.store.central import PostgresStore  # noqa: E402

HERE = ip_address("127.0.0.1")
ASKS_FOR_TLS = b"\0\0\0\x08\x04\xd2\x16\x2f"
"""What a client of PostgreSQL says first."""


class Authority:
    """Somebody who signs certificates."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "An authority of this test")])
        constraints = x509.BasicConstraints(ca=True, path_length=None)
        self.certificate = self._signed(self._name, self._key.public_key(), constraints, critical=True)

    def server(self, *names: x509.GeneralName) -> tuple[bytes, bytes]:
        """A server's certificate for these names, and its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a server of this test")])
        signed = self._signed(name, key.public_key(), x509.SubjectAlternativeName(names), critical=False)
        form = serialization.PrivateFormat.PKCS8
        return signed, key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())

    def _signed(
        self, name: x509.Name, key: ec.EllipticCurvePublicKey, more: x509.ExtensionType, *, critical: bool
    ) -> bytes:
        now = dt.datetime.now(dt.UTC)
        draft = x509.CertificateBuilder().subject_name(name).issuer_name(self._name).public_key(key)
        draft = draft.serial_number(x509.random_serial_number()).add_extension(more, critical=critical)
        draft = draft.not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=1))
        return draft.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


@pytest.fixture(scope="module")
def ours() -> Authority:
    return Authority()


class OwnTls:
    """A server that speaks TLS itself; the wheels' are built without, a system's with it."""

    def __init__(self, ours: Authority) -> None:
        self.cluster = servers.Cluster()
        folder = self.cluster.folder
        self.cluster.settings += f" -c ssl=on -c ssl_cert_file={folder}/cert -c ssl_key_file={folder}/key"
        self.show(*ours.server(x509.IPAddress(HERE)))
        self.cluster.start()
        self.port = self.cluster.port

    def show(self, certificate: bytes, key: bytes) -> None:
        """The certificate that the server shows from now on."""
        self.cluster.keep("cert", certificate)
        self.cluster.keep("key", key)
        if self.cluster.running:
            self.cluster.stop()
            self.cluster.start()

    def remove(self) -> None:
        self.cluster.remove()


class TlsInFront:
    """A real server behind an endpoint that speaks TLS for it, as a pooler or a load balancer does."""

    def __init__(self) -> None:
        self.cluster = servers.shared()
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        threading.Thread(target=self._serve, daemon=True).start()

    def show(self, certificate: bytes, key: bytes) -> None:
        """The certificate that the endpoint shows from now on."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.TemporaryDirectory() as place:
            (Path(place) / "both").write_bytes(certificate + key)
            context.load_cert_chain(Path(place) / "both")
        self._context = context

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._door.accept()
                threading.Thread(target=self._one, args=(client,), daemon=True).start()

    def _one(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            if client.recv(8) != ASKS_FOR_TLS:
                return
            client.sendall(b"S")
            with (
                self._context.wrap_socket(client, server_side=True) as safe,
                socket.create_connection(("127.0.0.1", self.cluster.port)) as server,
            ):
                back = threading.Thread(target=_pass_on, args=(server, safe), daemon=True)
                back.start()
                _pass_on(safe, server)
                back.join()

    def remove(self) -> None:
        self._door.close()


def _pass_on(one: socket.socket, other: socket.socket) -> None:
    with suppress(OSError):
        while data := one.recv(1 << 16):
            other.sendall(data)
    with suppress(OSError):
        other.shutdown(socket.SHUT_RDWR)


@pytest.fixture(scope="module")
def server(ours: Authority) -> Iterator[OwnTls | TlsInFront]:
    """A real server of this machine that is reached over TLS."""
    servers.shared()
    try:
        made: OwnTls | TlsInFront = OwnTls(ours)
    except OSError:
        made = TlsInFront()
    yield made
    made.remove()


def known(tmp_path: Path, authority: Authority) -> str:
    """The file that names whom to believe."""
    path = tmp_path / "authority.pem"
    path.write_bytes(authority.certificate)
    return str(path)


def told(port: int, believed: str) -> str:
    """The address, as for another machine: verify-full."""
    return f"postgresql://triage@127.0.0.1:{port}/postgres?sslmode=verify-full&sslrootcert={believed}"


def test_a_server_that_proves_who_it_is_keeps_the_record_over_tls(
    server: OwnTls | TlsInFront, ours: Authority, tmp_path: Path
) -> None:
    server.show(*ours.server(x509.IPAddress(HERE)))
    store = PostgresStore(told(server.port, known(tmp_path, ours)), clock=Clock())
    store.write(opened(), event("e1"))
    assert [e.id for e in store.call(CALL).events] == [f"open-{CALL}", "e1"]
    assert store.server.wire is not None
    assert store.server.wire.pgconn.ssl_in_use
    store.close()


def test_a_server_whose_certificate_nobody_known_signed_is_refused_and_hears_nothing(
    server: OwnTls | TlsInFront, ours: Authority, tmp_path: Path
) -> None:
    server.show(*ours.server(x509.IPAddress(HERE)))
    with pytest.raises(StoreRefused, match=r"doesn't let this desk in.*SSL error"):
        PostgresStore(told(server.port, known(tmp_path, Authority())), clock=Clock(), outbox=tmp_path / "outbox")


def test_a_server_with_another_machines_certificate_is_refused(
    server: OwnTls | TlsInFront, ours: Authority, tmp_path: Path
) -> None:
    server.show(*ours.server(x509.DNSName("records.example")))
    with pytest.raises(StoreRefused, match=r"certificate.*127\.0\.0\.1"):
        PostgresStore(told(server.port, known(tmp_path, ours)), clock=Clock(), outbox=tmp_path / "outbox")


def test_a_server_without_tls_is_refused(ours: Authority, tmp_path: Path) -> None:
    with pytest.raises(StoreError) as refused:
        PostgresStore(told(servers.shared().port, known(tmp_path, ours)), clock=Clock(), outbox=tmp_path / "outbox")
    assert not isinstance(refused.value, StoreAway)
    assert "SSL" in str(refused.value)
