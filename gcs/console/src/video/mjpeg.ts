/** Single JPEG pictures over HTTP, for browsers that cannot decode the drone's video (or a page not served safely:
 *  WebCodecs exists only over HTTPS and on localhost). Read by hand, because an <img> hides the capture time. */
import { retryDelayMs } from "../live/socket";
import { MultipartReader, type Part } from "./multipart";
import type { Source, SourceEvents } from "./source";

export class MjpegSource implements Source {
  private readonly abort = new AbortController();
  private readonly url: string;
  private readonly events: SourceEvents;
  private attempt = 0;

  constructor(url: string, events: SourceEvents) {
    this.url = url;
    this.events = events;
    void this.run();
  }

  stop(): void {
    this.abort.abort();
  }

  private async run(): Promise<void> {
    while (!this.abort.signal.aborted) {
      try {
        await this.read();
      } catch {
        // Network trouble and a stream that ended look alike, and are met alike: wait and ask again.
      }
      await pause(retryDelayMs(this.attempt++, Math.random()), this.abort.signal);
    }
  }

  private async read(): Promise<void> {
    const response = await fetch(this.url, { signal: this.abort.signal });
    if (!response.ok || !response.body) throw new Error(`answered ${response.status}`);
    const parts = new MultipartReader();
    const reader = response.body.getReader();
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      // Only the newest picture is worth decoding.
      const newest = parts.push(value).at(-1);
      if (newest) await this.show(newest);
    }
  }

  private async show({ captureUs, jpeg }: Part): Promise<void> {
    const image = await createImageBitmap(new Blob([jpeg], { type: "image/jpeg" }));
    this.attempt = 0;
    if (this.abort.signal.aborted) image.close();
    else this.events.onPicture({ image, captureUs });
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
