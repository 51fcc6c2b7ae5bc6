"""MAVLink camera protocol v2, component 100 (https://mavlink.io/en/services/camera.html)."""

import math
import shutil
import time
from collections import OrderedDict
from pathlib import Path

from pymavlink.dialects.v20 import common as mavlink

from sim.payload.clock import Clock
from sim.payload.component import Command, Component, Result, padded
from sim.payload.ftp import FtpServer
from sim.payload.gimbal_component import DEVICE_ID, GimbalComponent
from sim.payload.imager import Imager, ImagerSetup
from sim.payload.lens import STEP
from sim.payload.link import Link, Message
from sim.payload.photos import Photo, Photographer
from sim.payload.telemetry import Telemetry
from sim.payload.video import Video
from sim.payload.view import Exposure, View

SENSOR_WIDTH_MM = 6.17
"""A 1/2.3 inch sensor; only its ratio to the focal length matters here."""
NO_PLACE = 2**31 - 1
"""INT32_MAX, the standard's unknown coordinate."""
REMEMBERED_PHOTOS = 1000
REPEATED_WITHIN_S = 3.0
STREAM_ID = 1
MIB = 1024 * 1024
_FLAGS = (
    mavlink.CAMERA_CAP_FLAGS_CAPTURE_IMAGE
    | mavlink.CAMERA_CAP_FLAGS_CAN_CAPTURE_IMAGE_IN_VIDEO_MODE
    | mavlink.CAMERA_CAP_FLAGS_HAS_BASIC_ZOOM
    | mavlink.CAMERA_CAP_FLAGS_HAS_VIDEO_STREAM
)


class Camera(Component):
    """One zoom camera with one H.264 stream; its stills can be fetched from it by MAVLink FTP."""

    def __init__(
        self,
        system_id: int,
        clock: Clock,
        gcs: Link,
        setup: ImagerSetup,
        imager: Imager,
        view: View,
        gimbal: GimbalComponent,
        telemetry: Telemetry,
        photos: Path,
    ) -> None:
        super().__init__(system_id, mavlink.MAV_COMP_ID_CAMERA, mavlink.MAV_TYPE_CAMERA, clock, gcs)
        self._setup = setup
        self._lens = view.lens
        self._view = view
        self._gimbal = gimbal
        self._telemetry = telemetry
        self.video = Video(imager, view, self._expose, self._warn, setup.fps)
        self._photographer = Photographer(photos, imager, view, self._expose, self._photo_taken)
        self._photos: OrderedDict[int, Message] = OrderedDict()
        self._ftp = FtpServer(photos)
        self._last_capture: tuple[tuple[int, int], float, float] = ((0, 0), -1.0, 0.0)
        self._lens_moved_s = time.monotonic()
        self.commands |= {
            mavlink.MAV_CMD_SET_CAMERA_ZOOM: self._zoom,
            mavlink.MAV_CMD_IMAGE_START_CAPTURE: self._start_capture,
            mavlink.MAV_CMD_IMAGE_STOP_CAPTURE: self._stop_capture,
            mavlink.MAV_CMD_VIDEO_START_STREAMING: self._start_streaming,
            mavlink.MAV_CMD_VIDEO_STOP_STREAMING: self._stop_streaming,
        }
        self.answers |= {
            mavlink.MAVLINK_MSG_ID_CAMERA_INFORMATION: lambda _: self._information(),
            mavlink.MAVLINK_MSG_ID_CAMERA_SETTINGS: lambda _: self._settings(),
            mavlink.MAVLINK_MSG_ID_STORAGE_INFORMATION: lambda _: self._storage(),
            mavlink.MAVLINK_MSG_ID_CAMERA_CAPTURE_STATUS: lambda _: self._capture_status(),
            mavlink.MAVLINK_MSG_ID_CAMERA_IMAGE_CAPTURED: lambda c: self._photos.get(round(c.param(2))),
            mavlink.MAVLINK_MSG_ID_VIDEO_STREAM_INFORMATION: lambda _: self._stream_information(),
            mavlink.MAVLINK_MSG_ID_VIDEO_STREAM_STATUS: lambda _: self._stream_status(),
            mavlink.MAVLINK_MSG_ID_CAMERA_FOV_STATUS: lambda _: self._fov_status(time.time()),
        }

    def handle(self, message: Message, link: Link) -> None:
        """Commands and file transfer."""
        if message.get_type() == "FILE_TRANSFER_PROTOCOL":
            client = (message.get_srcSystem(), message.get_srcComponent())
            for payload in self._ftp.answer(client, bytes(message.payload)):
                self.send(mavlink.MAVLink_file_transfer_protocol_message(0, *client, list(payload)), link)
        else:
            super().handle(message, link)

    def close(self) -> None:
        """Ends a series of stills and closes files."""
        self._photographer.stop()
        self._ftp.close()

    def send_fov(self) -> None:
        """CAMERA_FOV_STATUS of this moment; call at 1 Hz."""
        self.send(self._fov_status(time.time()))

    def move_lens(self) -> None:
        """Continuous zoom; call at 20 Hz."""
        now = time.monotonic()
        if self._lens.advance(now - self._lens_moved_s):
            self.send_fov()
        self._lens_moved_s = now

    def _expose(self, t_unix_s: float) -> Exposure:
        return Exposure(t_unix_s, self._gimbal.attitude_at(t_unix_s), self._lens.focal_px)

    def _warn(self, text: str) -> None:
        self.say(mavlink.MAV_SEVERITY_WARNING, text)

    def _zoom(self, command: Command) -> Result:
        value = command.params[1]
        if math.isnan(value):
            return Result.DENIED
        self._lens.rate = 0.0
        match int(command.param(1)):
            case mavlink.ZOOM_TYPE_STEP:
                self._lens.set_zoom(self._lens.zoom * STEP**value)
            case mavlink.ZOOM_TYPE_CONTINUOUS:
                self._lens.rate = max(-1.0, min(1.0, value))
            case mavlink.ZOOM_TYPE_RANGE:
                self._lens.set_percent(value)
            case mavlink.ZOOM_TYPE_FOCAL_LENGTH:
                self._lens.set_zoom(self._lens.zoom * value / self._focal_mm())
            case mavlink.ZOOM_TYPE_HORIZONTAL_FOV:
                self._lens.set_hfov(value)
            case _:
                return Result.UNSUPPORTED
        self.send_fov()
        return Result.ACCEPTED

    def _start_streaming(self, command: Command) -> Result:
        if round(command.param(1)) not in (0, STREAM_ID):
            return Result.DENIED
        if self._telemetry.latest() is None:
            self._warn("Camera: no vehicle telemetry, no video")
            return Result.TEMPORARILY_REJECTED
        self._set_streaming(True)
        return Result.ACCEPTED

    def _stop_streaming(self, command: Command) -> Result:
        if round(command.param(1)) not in (0, STREAM_ID):
            return Result.DENIED
        self._set_streaming(False)
        return Result.ACCEPTED

    def _set_streaming(self, wanted: bool) -> None:
        """Tells the stream's new state unasked: clients otherwise poll for it (MAVSDK every 20 s)."""
        self.video.wanted = wanted
        self.send(self._stream_information())

    def _start_capture(self, command: Command) -> Result:
        sequence, now = command.param(4), time.monotonic()
        sender, last, when = self._last_capture
        if sequence and (sender, last) == (command.sender, sequence) and now - when < REPEATED_WITHIN_S:
            return Result.ACCEPTED  # sent again because an acknowledgement was lost
        if self._telemetry.latest() is None:
            return Result.TEMPORARILY_REJECTED
        interval_s, count = command.param(2), round(command.param(3))
        if interval_s < 0 or count < 0:
            return Result.DENIED
        self._last_capture = (command.sender, sequence, now)
        self._photographer.start(interval_s, count)
        return Result.ACCEPTED

    def _stop_capture(self, _: Command) -> Result:
        self._photographer.stop()
        return Result.ACCEPTED

    def _photo_taken(self, photo: Photo) -> None:
        fix = photo.fix
        message = mavlink.MAVLink_camera_image_captured_message(
            time_boot_ms=self.clock.boot_ms(photo.exposure.t_unix_s),
            time_utc=round(photo.exposure.t_unix_s * 1e6),
            camera_id=0,
            lat=round(fix.lat_deg * 1e7) if fix else NO_PLACE,
            lon=round(fix.lon_deg * 1e7) if fix else NO_PLACE,
            alt=round(fix.alt_m * 1e3) if fix else NO_PLACE,
            relative_alt=round(fix.alt_rel_m * 1e3) if fix else NO_PLACE,
            q=list(photo.exposure.attitude.quaternion()),
            image_index=photo.index,
            capture_result=int(photo.taken),
            file_url=f"mftp://[;comp={self.component_id}]/{photo.file_name}".encode() if photo.taken else b"",
        )
        self._photos[photo.index] = message
        if len(self._photos) > REMEMBERED_PHOTOS:
            self._photos.popitem(last=False)
        self.send(message)

    def _focal_mm(self) -> float:
        return self._lens.focal_px * SENSOR_WIDTH_MM / self._lens.width_px

    def _information(self) -> Message:
        width, height = self._setup.width_px, self._setup.height_px
        return mavlink.MAVLink_camera_information_message(
            time_boot_ms=self.now_boot_ms(),
            vendor_name=padded("Patrol", 32),
            model_name=padded("Sim zoom 10x", 32),
            firmware_version=1,
            focal_length=self._focal_mm() / self._lens.zoom,
            sensor_size_h=SENSOR_WIDTH_MM,
            sensor_size_v=SENSOR_WIDTH_MM * height / width,
            resolution_h=width,
            resolution_v=height,
            lens_id=0,
            flags=_FLAGS,
            cam_definition_version=0,
            cam_definition_uri=b"",
            gimbal_device_id=DEVICE_ID,
        )

    def _settings(self) -> Message:
        return mavlink.MAVLink_camera_settings_message(
            self.now_boot_ms(), mavlink.CAMERA_MODE_VIDEO, self._lens.percent, math.nan
        )

    def _storage(self) -> Message:
        disk = shutil.disk_usage(self._photographer.folder)
        return mavlink.MAVLink_storage_information_message(
            time_boot_ms=self.now_boot_ms(),
            storage_id=1,
            storage_count=1,
            status=mavlink.STORAGE_STATUS_READY,
            total_capacity=disk.total / MIB,
            used_capacity=disk.used / MIB,
            available_capacity=disk.free / MIB,
            read_speed=math.nan,
            write_speed=math.nan,
            type=mavlink.STORAGE_TYPE_OTHER,
            name=b"photos",
            storage_usage=mavlink.STORAGE_USAGE_FLAG_SET | mavlink.STORAGE_USAGE_FLAG_PHOTO,
        )

    def _capture_status(self) -> Message:
        """image_status counts 1 for a picture in progress and 2 for a series."""
        series = self._photographer.interval_s > 0
        return mavlink.MAVLink_camera_capture_status_message(
            time_boot_ms=self.now_boot_ms(),
            image_status=2 * series + (self._photographer.busy and not series),
            video_status=0,
            image_interval=self._photographer.interval_s,
            recording_time_ms=0,
            available_capacity=shutil.disk_usage(self._photographer.folder).free / MIB,
            image_count=self._photographer.count,
        )

    def _stream_fields(self) -> dict[str, float]:
        return {
            "flags": mavlink.VIDEO_STREAM_STATUS_FLAGS_RUNNING if self.video.running else 0,
            "framerate": self._setup.fps,
            "resolution_h": self._setup.width_px,
            "resolution_v": self._setup.height_px,
            "bitrate": self._setup.bit_rate,
            "rotation": 0,
            "hfov": round(self._lens.hfov_deg),
        }

    def _stream_information(self) -> Message:
        return mavlink.MAVLink_video_stream_information_message(
            stream_id=STREAM_ID,
            count=1,
            type=mavlink.VIDEO_STREAM_TYPE_MPEG_TS,
            name=b"camera",
            uri=self._setup.video_url.encode(),
            encoding=mavlink.VIDEO_STREAM_ENCODING_H264,
            **self._stream_fields(),
        )

    def _stream_status(self) -> Message:
        return mavlink.MAVLink_video_stream_status_message(stream_id=STREAM_ID, **self._stream_fields())

    def _fov_status(self, t_unix_s: float) -> Message:
        attitude = self._gimbal.attitude_at(t_unix_s)
        fix = self._telemetry.latest()
        camera = [NO_PLACE] * 3
        image = [NO_PLACE] * 3
        if fix is not None:
            camera = [round(fix.lat_deg * 1e7), round(fix.lon_deg * 1e7), round(fix.alt_m * 1e3)]
            ground = self._view.ground_in_centre(fix, attitude)
            if ground is not None:
                image = [round(ground[0] * 1e7), round(ground[1] * 1e7), round(self._view.origin.alt_m * 1e3)]
        return mavlink.MAVLink_camera_fov_status_message(
            self.clock.boot_ms(t_unix_s),
            *camera,
            *image,
            list(attitude.quaternion()),
            self._lens.hfov_deg,
            self._lens.vfov_deg,
        )
