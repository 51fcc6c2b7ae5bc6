/** Shows one drone's video with what was seen in it. Lives outside React: it draws, many times a second. */
import type { Scene } from "../api/types";
import { FrameQueue, type Picture } from "./frames";
import { MjpegSource } from "./mjpeg";
import { drawOverlay, type OverlayChoice, type OverlayText } from "./overlay";
import { boxesFor, boxOpacity, PlayoutClock } from "./pairing";
import type { Source, SourceEvents } from "./source";
import { hasWebCodecs, WebCodecsSource } from "./webcodecs";

export type SourceKind = "webcodecs" | "mjpeg";

export interface PlayerStatus {
  kind: SourceKind;
  /** Capture time of the picture on screen, microseconds since 1970. */
  captureUs: number | null;
  /** When that picture was drawn, milliseconds of this computer's wall clock. */
  shownAtMs: number | null;
}

interface Wiring {
  canvas: HTMLCanvasElement;
  socketUrl: string;
  mjpegUrl: string;
  scenes: () => readonly Scene[];
  onStatus: (status: PlayerStatus) => void;
}

const STATUS_EVERY_MS = 250;

export class VideoPlayer {
  overlay: OverlayChoice = "all";
  text: OverlayText | null = null;

  private readonly wiring: Wiring;
  private readonly context: CanvasRenderingContext2D;
  private readonly queue = new FrameQueue();
  private clock = new PlayoutClock();
  private source: Source;
  private status: PlayerStatus = { kind: "webcodecs", captureUs: null, shownAtMs: null };
  private frames = 0;
  private toldAtMs = 0;
  private animation = 0;

  constructor(wiring: Wiring) {
    const context = wiring.canvas.getContext("2d", { alpha: false });
    if (!context) throw new Error("the browser gives no 2D canvas");
    this.context = context;
    this.wiring = wiring;
    this.source = hasWebCodecs()
      ? new WebCodecsSource(wiring.socketUrl, this.eventsOf("webcodecs"))
      : this.fallBack();
    this.animation = requestAnimationFrame(this.draw);
  }

  stop(): void {
    cancelAnimationFrame(this.animation);
    this.source.stop();
    this.queue.clear();
  }

  private fallBack(): Source {
    this.queue.clear();
    this.clock = new PlayoutClock();
    return new MjpegSource(this.wiring.mjpegUrl, this.eventsOf("mjpeg"));
  }

  private eventsOf(kind: SourceKind): SourceEvents {
    this.status = { ...this.status, kind };
    return {
      onPicture: (picture) => {
        this.clock.arrived(picture.captureUs, performance.now());
        this.queue.push(picture);
      },
      onUnable: () => {
        this.source = this.fallBack();
        this.wiring.onStatus(this.status);
      },
    };
  }

  private readonly draw = (): void => {
    this.animation = requestAnimationFrame(this.draw);
    const now = performance.now();
    const picture = this.queue.take((captureUs) => this.clock.isDue(captureUs, now));
    if (picture) {
      this.paint(picture);
      picture.image.close();
    }
    if (now - this.toldAtMs > STATUS_EVERY_MS) {
      this.toldAtMs = now;
      this.wiring.onStatus(this.status);
    }
  };

  private paint({ image, captureUs }: Picture): void {
    const { canvas, scenes } = this.wiring;
    const { width, height } = canvas;
    this.context.drawImage(image, 0, 0, width, height);
    const boxes = boxesFor(captureUs, scenes());
    if (boxes && this.text) {
      const scale = width / Math.max(1, canvas.clientWidth);
      const { users } = boxes.scene;
      const area = { width, height, scale };
      drawOverlay(this.context, area, users, this.overlay, boxOpacity(boxes.ageMs), this.text);
    }
    this.frames += 1;
    this.status = { ...this.status, captureUs, shownAtMs: Date.now() };
    canvas.dataset.frames = String(this.frames);
    canvas.dataset.lastCaptureUs = String(captureUs);
    canvas.dataset.boxes = boxes?.ageMs === 0 ? "own" : boxes ? "carried" : "none";
  }
}
