/**
 * How long it takes from moving a control to the changed picture, as ``performance.measure`` entries named
 * ``chainrule:slider-to-paint``: from the input to the painting of the first frame after the document that holds it.
 */

const NAME = "chainrule:slider-to-paint";
/** A picture that the edit does not change (a learning rate, paused) is done when the document is shown. */
const NO_FRAME = 250;

export class Stopwatch {
  #began: number | null = null;
  #document = 0;
  #shown = 0;
  #first = true;
  #last: number | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Milliseconds of the last edit, null before the first. */
  get last(): number | null {
    return this.#last;
  }

  begin(): void {
    this.#began ??= performance.now();
  }

  document(seq: number): void {
    if (this.#began === null || this.#document > 0) return;
    this.#document = seq;
    requestAnimationFrame(() => {
      this.#shown = performance.now();
    });
    this.#timer = setTimeout(() => this.#end(this.#shown || performance.now()), NO_FRAME);
  }

  painted(seq: number): void {
    if (this.#first) {
      this.#first = false;
      performance.mark("chainrule:first-graph");
    }
    if (this.#document > 0 && seq > this.#document) this.#end(performance.now());
  }

  #end(now: number): void {
    clearTimeout(this.#timer);
    if (this.#began !== null) {
      performance.measure(NAME, { start: this.#began, end: now });
      this.#last = now - this.#began;
    }
    this.#began = null;
    this.#document = 0;
    this.#shown = 0;
  }
}
