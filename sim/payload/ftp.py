"""A MAVLink FTP server over one flat folder (https://mavlink.io/en/services/ftp.html)."""

import errno
import logging
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import IntEnum
from pathlib import Path
from typing import IO

log = logging.getLogger(__name__)

HEADER = struct.Struct("<HBBBBBxI")
PAYLOAD_BYTES = 251
DATA_BYTES = PAYLOAD_BYTES - HEADER.size
BURST_PACKETS = 16
MAX_SESSIONS = 8


class Op(IntEnum):
    """Opcodes."""

    NONE = 0
    TERMINATE_SESSION = 1
    RESET_SESSIONS = 2
    LIST_DIRECTORY = 3
    OPEN_FILE_RO = 4
    READ_FILE = 5
    CREATE_FILE = 6
    WRITE_FILE = 7
    REMOVE_FILE = 8
    OPEN_FILE_WO = 11
    CALC_FILE_CRC32 = 14
    BURST_READ_FILE = 15
    ACK = 128
    NAK = 129


class Nak(IntEnum):
    """Error codes, first data byte of a NAK."""

    FAIL = 1
    FAIL_ERRNO = 2
    INVALID_DATA_SIZE = 3
    INVALID_SESSION = 4
    EOF = 6
    UNKNOWN_COMMAND = 7
    FILE_EXISTS = 8
    FILE_PROTECTED = 9
    NOT_FOUND = 10


class FtpError(Exception):
    """A request that is answered with a NAK."""

    def __init__(self, code: Nak, number: int = 0) -> None:
        super().__init__(code.name)
        self.code = code
        self.number = number
        """errno, with FAIL_ERRNO."""


@dataclass(frozen=True, slots=True)
class Packet:
    """The payload of one FILE_TRANSFER_PROTOCOL message."""

    seq: int
    session: int
    opcode: int
    size: int
    req_opcode: int
    burst_complete: int
    offset: int
    data: bytes

    def pack(self) -> bytes:
        """The 251 bytes."""
        head = HEADER.pack(
            self.seq & 0xFFFF,
            self.session,
            self.opcode,
            self.size,
            self.req_opcode,
            self.burst_complete,
            self.offset,
        )
        return (head + self.data).ljust(PAYLOAD_BYTES, b"\0")

    @staticmethod
    def unpack(payload: bytes) -> "Packet":
        """Raises FtpError when the size field is larger than the data it can hold."""
        seq, session, opcode, size, req_opcode, burst_complete, offset = HEADER.unpack_from(payload)
        packet = Packet(seq, session, opcode, size, req_opcode, burst_complete, offset, b"")
        if size > DATA_BYTES:
            raise FtpError(Nak.INVALID_DATA_SIZE)
        return replace(packet, data=payload[HEADER.size : HEADER.size + size])


def crc32(data: bytes) -> int:
    """MAVLink FTP's CRC-32: the usual polynomial, but starting from 0 and without the final inversion."""
    return zlib.crc32(data, 0xFFFFFFFF) ^ 0xFFFFFFFF


@dataclass(slots=True)
class _Session:
    file: IO[bytes]
    writes: bool


class FtpServer:
    """Serves one folder without subfolders; a client (system, component) has one session at a time.

    `may_write` decides by file name what a client may create; without it the folder is read-only.
    """

    def __init__(
        self, root: Path, may_write: Callable[[str], bool] | None = None, max_file_bytes: int = 0, max_files: int = 0
    ) -> None:
        self.root = root
        self._may_write = may_write
        self._max_file_bytes = max_file_bytes
        self._max_files = max_files
        self._sessions: dict[tuple[int, int], _Session] = {}
        root.mkdir(parents=True, exist_ok=True)

    def answer(self, client: tuple[int, int], payload: bytes) -> list[bytes]:
        """The payloads to send back for a client's request: one, or several for a burst."""
        try:
            request = Packet.unpack(payload)
        except FtpError as error:
            seq, session, opcode = struct.unpack_from("<HBB", payload)
            return [_nak(Packet(seq, session, opcode, 0, 0, 0, 0, b""), error).pack()]
        try:
            return [packet.pack() for packet in self._serve(client, request)]
        except FtpError as error:
            return [_nak(request, error).pack()]
        except OSError as error:
            log.warning("file transfer: %s", error)
            return [_nak(request, FtpError(Nak.FAIL_ERRNO, error.errno or errno.EIO)).pack()]

    def close(self) -> None:
        """Closes every open file."""
        for client in list(self._sessions):
            self._end(client)

    def _serve(self, client: tuple[int, int], request: Packet) -> Iterator[Packet]:
        match request.opcode:
            case Op.NONE:
                yield _ack(request)
            case Op.TERMINATE_SESSION | Op.RESET_SESSIONS:
                self._end(client)
                yield _ack(request)
            case Op.LIST_DIRECTORY:
                yield _ack(request, self._listing(request))
            case Op.OPEN_FILE_RO:
                path = self._existing(request)
                self._begin(client, _Session(path.open("rb"), writes=False))
                yield _ack(request, struct.pack("<I", path.stat().st_size))
            case Op.READ_FILE:
                yield _ack(request, self._read(client, request.offset, min(request.size, DATA_BYTES)))
            case Op.BURST_READ_FILE:
                yield from self._burst(client, request)
            case Op.CREATE_FILE | Op.OPEN_FILE_WO:
                path = self._writable(request)
                mode = "wb" if request.opcode == Op.CREATE_FILE or not path.exists() else "r+b"
                self._begin(client, _Session(path.open(mode), writes=True))
                yield _ack(request, struct.pack("<I", path.stat().st_size))
            case Op.WRITE_FILE:
                self._write(client, request)
                yield _ack(request)
            case Op.REMOVE_FILE:
                path = self._existing(request)
                if self._may_write is None:
                    raise FtpError(Nak.FILE_PROTECTED)
                path.unlink()
                yield _ack(request)
            case Op.CALC_FILE_CRC32:
                yield _ack(request, struct.pack("<I", crc32(self._existing(request).read_bytes())))
            case _:
                raise FtpError(Nak.UNKNOWN_COMMAND)

    def _name(self, request: Packet) -> str:
        """The flat file name asked for. Raises FtpError for anything that would leave the folder."""
        name = request.data.split(b"\0")[0].decode("utf-8", "replace").lstrip("/")
        if not name or "/" in name or name in (".", ".."):
            raise FtpError(Nak.NOT_FOUND)
        return name

    def _existing(self, request: Packet) -> Path:
        path = self.root / self._name(request)
        if not path.is_file():
            raise FtpError(Nak.NOT_FOUND)
        return path

    def _writable(self, request: Packet) -> Path:
        name = self._name(request)
        path = self.root / name
        if self._may_write is None or not self._may_write(name):
            raise FtpError(Nak.FILE_PROTECTED)
        if not path.exists() and sum(1 for _ in self.root.iterdir()) >= self._max_files:
            raise FtpError(Nak.FAIL_ERRNO, errno.ENOSPC)
        return path

    def _begin(self, client: tuple[int, int], session: _Session) -> None:
        self._end(client)
        if len(self._sessions) >= MAX_SESSIONS:  # the oldest client has gone without ending its session
            self._end(next(iter(self._sessions)))
        self._sessions[client] = session

    def _end(self, client: tuple[int, int]) -> None:
        session = self._sessions.pop(client, None)
        if session is not None:
            session.file.close()

    def _session(self, client: tuple[int, int]) -> _Session:
        session = self._sessions.get(client)
        if session is None:
            raise FtpError(Nak.INVALID_SESSION)
        return session

    def _read(self, client: tuple[int, int], offset: int, size: int) -> bytes:
        file = self._session(client).file
        file.seek(offset)
        data = file.read(size)
        if not data:
            raise FtpError(Nak.EOF)
        return data

    def _burst(self, client: tuple[int, int], request: Packet) -> Iterator[Packet]:
        offset = request.offset
        for n in range(BURST_PACKETS):
            try:
                data = self._read(client, offset, DATA_BYTES)
            except FtpError as error:
                if n == 0 or error.code != Nak.EOF:
                    raise
                return
            complete = len(data) < DATA_BYTES or n == BURST_PACKETS - 1
            yield replace(_ack(request, data), seq=request.seq + 1 + n, offset=offset, burst_complete=int(complete))
            if complete:
                return
            offset += len(data)

    def _write(self, client: tuple[int, int], request: Packet) -> None:
        session = self._session(client)
        if not session.writes:
            raise FtpError(Nak.FILE_PROTECTED)
        if request.offset + len(request.data) > self._max_file_bytes:
            raise FtpError(Nak.FAIL_ERRNO, errno.EFBIG)
        session.file.seek(request.offset)
        session.file.write(request.data)

    def _listing(self, request: Packet) -> bytes:
        """Entries `F<name>\\t<size>\\0` from the request's entry offset on, as many as fit."""
        if request.data.split(b"\0")[0] not in (b"/", b"", b"."):
            raise FtpError(Nak.NOT_FOUND)
        files = sorted(p for p in self.root.iterdir() if p.is_file())[request.offset :]
        if not files:
            raise FtpError(Nak.EOF)
        data = b""
        for path in files:
            entry = f"F{path.name}\t{path.stat().st_size}\0".encode()
            if len(data) + len(entry) > DATA_BYTES:
                break
            data += entry
        return data


def _ack(request: Packet, data: bytes = b"") -> Packet:
    return Packet(request.seq + 1, 0, Op.ACK, len(data), request.opcode, 0, request.offset, data)


def _nak(request: Packet, error: FtpError) -> Packet:
    data = bytes([error.code, error.number]) if error.code == Nak.FAIL_ERRNO else bytes([error.code])
    return Packet(request.seq + 1, 0, Op.NAK, len(data), request.opcode, 0, request.offset, data)
