/** What the video socket says: a text message describes the stream, each binary one carries a picture. */

export interface StreamConfig {
  codec: string;
  width: number;
  height: number;
}

export interface Packet {
  /** Capture time, microseconds since 1970 (exact: below 2^53 until the year 2255). */
  captureUs: number;
  key: boolean;
  /** One H.264 access unit, Annex B. */
  data: Uint8Array;
}

/** u64 big-endian capture time, u8 flags (bit 0: key frame). */
const HEADER_BYTES = 9;

/** Null when the message is too short to carry a picture. */
export function parsePacket(message: ArrayBuffer): Packet | null {
  if (message.byteLength <= HEADER_BYTES) return null;
  const view = new DataView(message);
  return {
    captureUs: Number(view.getBigUint64(0)),
    key: (view.getUint8(8) & 1) === 1,
    data: new Uint8Array(message, HEADER_BYTES),
  };
}
