import { describe, expect, test } from "vitest";
import { retryDelayMs } from "../src/live/socket";
import { MultipartReader } from "../src/video/multipart";
import { parsePacket } from "../src/video/protocol";

describe("a video packet", () => {
  test("gives the exact capture time, the key flag and the access unit", () => {
    const bytes = new Uint8Array(9 + 4);
    new DataView(bytes.buffer).setBigUint64(0, 1_795_510_285_110_864n);
    bytes.set([1, 0, 0, 1, 0x67], 8);
    expect(parsePacket(bytes.buffer)).toEqual({
      captureUs: 1_795_510_285_110_864,
      key: true,
      data: new Uint8Array([0, 0, 1, 0x67]),
    });
  });

  test("too short to hold a picture is refused", () => {
    expect(parsePacket(new ArrayBuffer(9))).toBeNull();
  });
});

describe("an MJPEG stream", () => {
  const part = (us: number, body: number[]) => [
    ...new TextEncoder().encode(
      `--frame\r\nContent-Type: image/jpeg\r\nContent-Length: ${body.length}\r\nX-Capture-Time-Us: ${us}\r\n\r\n`,
    ),
    ...body,
    13,
    10,
  ];

  test("is taken apart wherever the network cuts it", () => {
    const bytes = new Uint8Array([...part(7, [13, 10, 13, 10, 5]), ...part(8, [1, 2])]);
    for (let size = 1; size < bytes.length; size += 7) {
      const reader = new MultipartReader();
      const parts = [];
      for (let at = 0; at < bytes.length; at += size) {
        parts.push(...reader.push(bytes.subarray(at, at + size)));
      }
      expect(parts.map(({ captureUs, jpeg }) => [captureUs, [...jpeg]])).toEqual([
        [7, [13, 10, 13, 10, 5]],
        [8, [1, 2]],
      ]);
    }
  });

  test("without lengths is refused", () => {
    const reader = new MultipartReader();
    const bytes = new TextEncoder().encode("--frame\r\nContent-Type: image/jpeg\r\n\r\nxx");
    expect(() => reader.push(bytes)).toThrow(RangeError);
  });
});

test("reconnecting waits longer each time, up to eight seconds and a little", () => {
  const delays = [0, 1, 2, 3, 9].map((attempt) => retryDelayMs(attempt, 0.5));
  expect(delays).toEqual([500, 1000, 2000, 4000, 8000]);
  expect(retryDelayMs(0, 0)).toBeLessThan(retryDelayMs(0, 1));
});
