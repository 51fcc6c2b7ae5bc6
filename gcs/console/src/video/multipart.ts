/** Takes a multipart/x-mixed-replace byte stream apart into JPEGs with their capture time. Pure, fed piece by piece. */

export interface Part {
  captureUs: number;
  jpeg: Uint8Array<ArrayBuffer>;
}

const HEADERS_END = [13, 10, 13, 10];
/** A part without an end within so many bytes is no picture of ours. */
const LONGEST_PART = 8_000_000;

export class MultipartReader {
  private rest = new Uint8Array(0);

  /** The parts completed by this piece. Throws RangeError on a stream that cannot be one. */
  push(piece: Uint8Array): Part[] {
    const bytes = new Uint8Array(this.rest.length + piece.length);
    bytes.set(this.rest);
    bytes.set(piece, this.rest.length);

    const parts: Part[] = [];
    let at = 0;
    for (;;) {
      const headersEnd = indexOf(bytes, HEADERS_END, at);
      if (headersEnd < 0) break;
      const headers = new TextDecoder().decode(bytes.subarray(at, headersEnd));
      const length = Number(headerOf(headers, "content-length") ?? NaN);
      if (!(length > 0 && length < LONGEST_PART))
        throw new RangeError("part without a Content-Length");
      const start = headersEnd + HEADERS_END.length;
      if (bytes.length < start + length) break;
      parts.push({
        captureUs: Number(headerOf(headers, "x-capture-time-us") ?? NaN),
        jpeg: bytes.slice(start, start + length),
      });
      at = start + length;
    }
    this.rest = bytes.slice(at);
    if (this.rest.length > LONGEST_PART) throw new RangeError("part too long");
    return parts;
  }
}

function headerOf(headers: string, name: string): string | undefined {
  const line = headers.split("\r\n").find((each) => each.toLowerCase().startsWith(`${name}:`));
  return line?.slice(name.length + 1).trim();
}

function indexOf(bytes: Uint8Array, pattern: readonly number[], from: number): number {
  const last = bytes.length - pattern.length;
  for (let at = from; at <= last; at += 1) {
    if (pattern.every((byte, offset) => bytes[at + offset] === byte)) return at;
  }
  return -1;
}
