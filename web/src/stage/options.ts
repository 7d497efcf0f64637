/** What the page tells the stage, and what the stage tells the page. */
import type { GraphLayer } from "../messages";
import type { Insets } from "./view";

/** Everything on the stage that depends on the language. */
export interface StageText {
  /** A number as it stands under a node: three significant digits. */
  format(x: number): string;
  /** The title of a column. */
  layerTitle(layer: GraphLayer): string;
  /** What the neurons of a layer make of their sums; nothing where left out. */
  operation?(layer: GraphLayer): string;
  /** The accessible name of a mark; its target where left out. */
  describe?(target: string): string;
  /** The gradient of the loss itself, written beside it where the backward pass begins. */
  seeded?(gradient: number): string;
  /** The accessible name of the list that stands for the stage on the keyboard. */
  listLabel?(): string;
}

export interface StageOptions extends StageText {
  /** Ends the stage: listeners, observers, frames and elements go. */
  signal: AbortSignal;
  reducedMotion: boolean;
  /** Marks drawn in one animation frame at most (`performance.max_nodes_per_frame`). */
  maxMarks: number;
  /** Least time between two frames of the run (`performance.render_throttle_ms`). */
  throttleMs: number;
  /** Width of an edge whose weight is 1 (`visualization.edge_width`). */
  edgeWidth?: number;
  /** Milliseconds that nodes glide when the graph changes (`visualization.animation_duration`). */
  duration?: number;
  /** Room that fitting leaves at the host's sides. */
  insets?: Partial<Insets>;
  /** A mark that what stands over the stage shows at this point, before those of the stage itself. */
  over?(x: number, y: number): string | null;
  onHover(target: string | null): void;
  onSelect(target: string | null): void;
  /** These neurons are so near that there is room to look inside; nearest to the middle first. */
  onNear?(targets: readonly string[]): void;
  /** The frame with this `seq`, and every earlier one, has been painted or passed over. */
  onPainted(seq: number): void;
  /** The share of a large picture that is drawn so far; 1 when it is whole. */
  onProgress?(share: number): void;
  /** The view has changed, or marks stand elsewhere: `anchor` has new answers. */
  onView(zoom: number): void;
}

/** Of the last animation frame: marks drawn; marks left out, being out of view, unchanged, or next in turn. */
export interface Meter {
  drawn: number;
  skipped: number;
  milliseconds: number;
  /** Animation frames since the start. */
  frames: number;
}
