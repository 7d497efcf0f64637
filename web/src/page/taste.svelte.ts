/** How gradients are coloured and marked, and what is told of the drawing: remembered, the same for every experiment. */

const STORED = "chainrule.taste";

class Taste {
  sight: "plain" | "safe" = $state("plain");
  scale: "symlog" | "linear" = $state("symlog");
  /** A plus or a minus on each line, beside its colour. */
  signs = $state(false);
  /** Counters of the drawing stand over the stage. */
  meter = $state(false);

  begin(): void {
    try {
      const kept = JSON.parse(localStorage.getItem(STORED) ?? "{}") as Record<string, unknown>;
      if (kept.sight === "safe") this.sight = "safe";
      if (kept.scale === "linear") this.scale = "linear";
      if (kept.signs === true) this.signs = true;
      if (kept.meter === true) this.meter = true;
    } catch {
      // What cannot be read is as good as nothing.
    }
  }

  change(to: Partial<Pick<Taste, "sight" | "scale" | "signs" | "meter">>): void {
    Object.assign(this, to);
    try {
      const { sight, scale, signs, meter } = this;
      localStorage.setItem(STORED, JSON.stringify({ sight, scale, signs, meter }));
    } catch {
      // Remembering is a courtesy.
    }
  }
}

export const taste = new Taste();
