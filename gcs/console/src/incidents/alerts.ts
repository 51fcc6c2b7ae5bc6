/** Sound and desktop notifications. */
import { create } from "zustand";
import { createJSONStorage, persist } from "zustand/middleware";

interface AlertChoices {
  sound: boolean;
  toggleSound: () => void;
}

export const useAlertChoices = create<AlertChoices>()(
  persist((set) => ({ sound: true, toggleSound: () => set(({ sound }) => ({ sound: !sound })) }), {
    name: "patrol-alerts",
    storage: createJSONStorage(() => localStorage),
  }),
);

let audio: AudioContext | null = null;

/** Browsers let a page sound only after its user touched it. */
export function unlockSoundOnFirstGesture(): () => void {
  const unlock = () => {
    audio ??= new AudioContext();
    void audio.resume();
  };
  const options = { once: true, capture: true };
  window.addEventListener("pointerdown", unlock, options);
  window.addEventListener("keydown", unlock, options);
  return () => {
    window.removeEventListener("pointerdown", unlock, options);
    window.removeEventListener("keydown", unlock, options);
  };
}

/** Two rising tones; three for a critical incident. */
export function beep(critical: boolean): void {
  if (audio?.state !== "running") return;
  const tones = critical ? [784, 988, 1175] : [784, 988];
  tones.forEach((frequency, index) => {
    if (!audio) return;
    const start = audio.currentTime + index * 0.16;
    const oscillator = new OscillatorNode(audio, { frequency, type: "triangle" });
    const gain = new GainNode(audio, { gain: 0 });
    gain.gain.setValueAtTime(0, start);
    gain.gain.linearRampToValueAtTime(0.35, start + 0.015);
    gain.gain.exponentialRampToValueAtTime(0.001, start + 0.28);
    oscillator.connect(gain).connect(audio.destination);
    oscillator.start(start);
    oscillator.stop(start + 0.3);
  });
}

export function notifyDesktop(title: string, body: string, tag: string, onClick: () => void): void {
  if (!("Notification" in window) || Notification.permission !== "granted") return;
  const notification = new Notification(title, { body, tag });
  notification.onclick = () => {
    window.focus();
    onClick();
    notification.close();
  };
}
