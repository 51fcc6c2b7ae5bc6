/** A decoded picture with its capture time. Must be closed: pictures hold decoder memory. */
export interface Picture {
  image: VideoFrame | ImageBitmap;
  captureUs: number;
}

/** At 30 frames a second HOLD_MS keeps five waiting. More than this means the page does not draw: drop the oldest. */
const LONGEST = 12;

/** Pictures waiting to be shown, oldest first; bounded. */
export class FrameQueue {
  private waiting: Picture[] = [];

  push(picture: Picture): void {
    this.waiting.push(picture);
    while (this.waiting.length > LONGEST) this.waiting.shift()?.image.close();
  }

  /** The newest picture that is due; those it overtook are closed. The caller closes it. */
  take(isDue: (captureUs: number) => boolean): Picture | null {
    let newest: Picture | null = null;
    for (let first = this.waiting[0]; first && isDue(first.captureUs); first = this.waiting[0]) {
      newest?.image.close();
      newest = first;
      this.waiting.shift();
    }
    return newest;
  }

  clear(): void {
    this.waiting.forEach(({ image }) => image.close());
    this.waiting = [];
  }
}
