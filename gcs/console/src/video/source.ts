import type { Picture } from "./frames";

/** Where pictures come from: started by construction, ended by `stop`. */
export interface Source {
  stop: () => void;
}

export interface SourceEvents {
  onPicture: (picture: Picture) => void;
  /** This way of getting pictures does not work here; another should be tried. */
  onUnable: (why: string) => void;
}
