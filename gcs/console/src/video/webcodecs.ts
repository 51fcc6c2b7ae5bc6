/** The drone's own H.264, relayed over a WebSocket and decoded by the browser. */
import { retryDelayMs } from "../live/socket";
import { parsePacket, type Packet, type StreamConfig } from "./protocol";
import type { Source, SourceEvents } from "./source";

/** A broken access unit is forgiven: the decoder starts again at the next key frame, so many times in a row. */
const FORGIVEN_ERRORS = 3;
/** So many packets without one picture: this decoder accepts the stream but does not decode it. */
const PATIENCE_PACKETS = 75;
/** Undecoded packets beyond this are dropped until the next key frame: a slow machine shows less, not later. */
const LONGEST_BACKLOG = 30;
/** So are those that come this much later than the fastest one did. */
const LATE_MS = 1_000;

export const hasWebCodecs = (): boolean => "VideoDecoder" in window;

export class WebCodecsSource implements Source {
  private socket: WebSocket | null = null;
  private decoder: VideoDecoder | null = null;
  private config: StreamConfig | null = null;
  private awaitKey = true;
  private errors = 0;
  private fruitless = 0;
  private fastestMs = Infinity;
  private attempt = 0;
  private stopped = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly url: string;
  private readonly events: SourceEvents;

  constructor(url: string, events: SourceEvents) {
    this.url = url;
    this.events = events;
    this.connect();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    if (this.socket) {
      this.socket.onclose = null;
      this.socket.onmessage = null;
      this.socket.close();
    }
    this.closeDecoder();
  }

  private connect(): void {
    const socket = new WebSocket(this.url);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    this.awaitKey = true;
    this.fastestMs = Infinity;
    socket.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (typeof data === "string") this.configure(JSON.parse(data) as StreamConfig);
      else if (data instanceof ArrayBuffer) this.receive(parsePacket(data));
    };
    socket.onclose = () => {
      this.timer = setTimeout(
        () => {
          this.connect();
        },
        retryDelayMs(this.attempt++, Math.random()),
      );
    };
  }

  private configure(config: StreamConfig): void {
    this.config = config;
    this.closeDecoder();
    const decoder = new VideoDecoder({
      output: (frame) => {
        this.attempt = 0;
        this.errors = 0;
        this.fruitless = 0;
        if (this.stopped) frame.close();
        else this.events.onPicture({ image: frame, captureUs: frame.timestamp });
      },
      error: (error) => {
        this.failed(error.message);
      },
    });
    // Without a description the decoder expects Annex B, as the drone sends it.
    decoder.configure({
      codec: config.codec,
      codedWidth: config.width,
      codedHeight: config.height,
      optimizeForLatency: true,
    });
    this.decoder = decoder;
    this.awaitKey = true;
  }

  private receive(packet: Packet | null): void {
    const decoder = this.decoder;
    if (!packet || decoder?.state !== "configured") return;
    const transitMs = performance.now() - packet.captureUs / 1000;
    this.fastestMs = Math.min(this.fastestMs, transitMs);
    const late = transitMs - this.fastestMs > LATE_MS;
    if (late || decoder.decodeQueueSize > LONGEST_BACKLOG) this.awaitKey = true;
    if (this.awaitKey && (late || !packet.key)) return;
    this.awaitKey = false;
    decoder.decode(
      new EncodedVideoChunk({
        type: packet.key ? "key" : "delta",
        timestamp: packet.captureUs,
        data: packet.data,
      }),
    );
    this.fruitless += 1;
    if (this.fruitless > PATIENCE_PACKETS) this.giveUp("no picture came out of the decoder");
  }

  private failed(why: string): void {
    if (this.stopped) return;
    this.errors += 1;
    if (this.errors >= FORGIVEN_ERRORS || !this.config) this.giveUp(why);
    else this.configure(this.config);
  }

  private giveUp(why: string): void {
    if (this.stopped) return;
    this.stop();
    this.events.onUnable(why);
  }

  private closeDecoder(): void {
    if (this.decoder && this.decoder.state !== "closed") this.decoder.close();
    this.decoder = null;
  }
}
