import { create } from "zustand";

interface Selection {
  drone: number | null;
  incident: number | null;
  /** A plan shown on the map while its start is being considered. */
  previewPlan: string | null;
  /** Whether the picture takes the wide place in the middle and the map the narrow one. */
  videoWide: boolean;
  /** Whether the map keeps the chosen drone in its middle. */
  following: boolean;
  chooseDrone: (drone: number | null) => void;
  /** Also turns to the drone that saw it. */
  chooseIncident: (incident: { id: number; drone: number } | null) => void;
  preview: (plan: string | null) => void;
  swap: () => void;
  follow: (following: boolean) => void;
}

/** What this screen is looking at. */
export const useSelection = create<Selection>()((set) => ({
  drone: null,
  incident: null,
  previewPlan: null,
  videoWide: false,
  following: false,
  chooseDrone: (drone) => set({ drone }),
  chooseIncident: (incident) =>
    set((state) => ({
      incident: incident?.id ?? null,
      drone: incident?.drone ?? state.drone,
      following: incident ? false : state.following,
    })),
  preview: (previewPlan) => set({ previewPlan }),
  swap: () => set((state) => ({ videoWide: !state.videoWide })),
  follow: (following) => set({ following }),
}));
