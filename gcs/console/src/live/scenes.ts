import type { Scene } from "../api/types";

type Listener = (scene: Scene) => void;

/** How many scenes of each drone are kept: at ten a second, the last six seconds. */
const KEPT = 60;

/** What each drone saw lately. Outside React: scenes come many times a second and are drawn, not rendered. */
export class SceneHub {
  private readonly lately = new Map<number, Scene[]>();
  private readonly listeners = new Map<number, Set<Listener>>();

  push(scene: Scene): void {
    const scenes = this.lately.get(scene.drone) ?? [];
    scenes.push(scene);
    if (scenes.length > KEPT) scenes.shift();
    this.lately.set(scene.drone, scenes);
    this.listeners.get(scene.drone)?.forEach((listener) => listener(scene));
  }

  /** Oldest first. */
  of(drone: number): readonly Scene[] {
    return this.lately.get(drone) ?? [];
  }

  latest(drone: number): Scene | undefined {
    return this.lately.get(drone)?.at(-1);
  }

  subscribe(drone: number, listener: Listener): () => void {
    const listeners = this.listeners.get(drone) ?? new Set();
    listeners.add(listener);
    this.listeners.set(drone, listeners);
    return () => {
      listeners.delete(listener);
    };
  }
}
