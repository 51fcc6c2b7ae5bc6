"""What the loudspeaker stores and what it makes of it."""

import errno
from pathlib import Path

import av
import numpy as np
import pytest

from sim.payload.audio import BadAudioError, duration_s
from sim.payload.ftp import FtpServer, Nak, Op, Packet, crc32

CLIENT = (245, 190)


def ask(server: FtpServer, opcode: Op, data: bytes = b"", offset: int = 0) -> Packet:
    (reply,) = server.answer(CLIENT, Packet(1, 0, opcode, len(data), 0, 0, offset, data).pack())
    return Packet.unpack(reply)


@pytest.mark.parametrize("name", [b"../secret.wav", b"/../secret.wav", b"a/b.wav", b"..", b""])
def test_no_file_outside_the_folder_can_be_reached(tmp_path: Path, name: bytes) -> None:
    (tmp_path / "secret.wav").write_bytes(b"secret")
    server = FtpServer(tmp_path / "clips", lambda _: True, 1000, 10)
    for opcode in (Op.OPEN_FILE_RO, Op.CREATE_FILE, Op.REMOVE_FILE, Op.CALC_FILE_CRC32):
        reply = ask(server, opcode, name + b"\0")
        assert (reply.opcode, reply.data[0]) == (Op.NAK, Nak.NOT_FOUND)
    assert (tmp_path / "secret.wav").read_bytes() == b"secret"


def test_file_larger_than_allowed_is_refused(tmp_path: Path) -> None:
    server = FtpServer(tmp_path, lambda _: True, max_file_bytes=10, max_files=10)
    assert ask(server, Op.CREATE_FILE, b"a.wav\0").opcode == Op.ACK
    assert ask(server, Op.WRITE_FILE, b"12345", offset=5).opcode == Op.ACK
    refused = ask(server, Op.WRITE_FILE, b"1", offset=10)
    assert (refused.opcode, *refused.data) == (Op.NAK, Nak.FAIL_ERRNO, errno.EFBIG)


def test_full_store_takes_no_new_file(tmp_path: Path) -> None:
    server = FtpServer(tmp_path, lambda _: True, 10, max_files=1)
    (tmp_path / "a.wav").write_bytes(b"a")
    assert ask(server, Op.CREATE_FILE, b"b.wav\0").opcode == Op.NAK
    assert ask(server, Op.CREATE_FILE, b"a.wav\0").opcode == Op.ACK


def test_folder_without_a_rule_is_read_only(tmp_path: Path) -> None:
    (tmp_path / "IMG_0000.jpg").write_bytes(b"x")
    server = FtpServer(tmp_path)
    for opcode in (Op.CREATE_FILE, Op.OPEN_FILE_WO, Op.REMOVE_FILE):
        assert ask(server, opcode, b"IMG_0000.jpg\0").data[0] == Nak.FILE_PROTECTED


def test_crc_is_the_one_mavlink_ftp_defines() -> None:
    reference = 0
    for byte in b"123456789":  # bitwise, reflected 0x04C11DB7, start 0, no final inversion
        reference ^= byte
        for _ in range(8):
            reference = reference >> 1 ^ (0xEDB88320 if reference & 1 else 0)
    assert crc32(b"123456789") == reference


def test_length_of_an_opus_clip_is_found_by_decoding_it(tmp_path: Path) -> None:
    path = tmp_path / "clip.opus"
    with av.open(str(path), "w", format="ogg") as container:
        stream = container.add_stream("libopus", rate=48000, layout="mono")
        samples = (np.sin(np.arange(48000) / 20) * 9000).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = 48000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    assert duration_s(path) == pytest.approx(1.0, abs=0.05)


def test_file_without_sound_is_bad_audio(tmp_path: Path) -> None:
    path = tmp_path / "x.wav"
    path.write_bytes(b"RIFF" + bytes(100))
    with pytest.raises(BadAudioError):
        duration_s(path)
