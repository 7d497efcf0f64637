/** All maps of a frame in one picture: written once when they change, then cut out node by node. */
import type { Numbers } from "./drawn";

/** A border of copied pixels, so that smoothing at a map's rim does not mix in its neighbour. */
const GUTTER = 1;

export class Atlas {
  readonly canvas: HTMLCanvasElement;
  private readonly context: CanvasRenderingContext2D;
  private image: ImageData | null = null;
  private width = 0;
  private height = 0;
  private columns = 0;
  private count = 0;
  private last: Int8Array | null = null;

  constructor(document: Document) {
    this.canvas = document.createElement("canvas");
    this.context = this.canvas.getContext("2d")!;
  }

  /** Take over a frame's maps in the given colours; false when nothing differs from what is there. */
  update(frame: Numbers, colours: Uint32Array, repaint: boolean): boolean {
    const { map_width: width, map_height: height, maps } = frame;
    const pixels = width * height;
    const count = pixels === 0 ? 0 : Math.floor(maps.length / pixels);
    const fits = width === this.width && height === this.height && count === this.count;
    if (fits && !repaint && this.last !== null && equal(this.last, maps)) return false;
    if (!fits) this.shape(width, height, count);
    this.last = maps;
    if (this.image === null) return true;
    const words = new Uint32Array(this.image.data.buffer);
    for (let n = 0; n < count; n++) this.write(words, maps, n, colours);
    this.context.putImageData(this.image, 0, 0);
    return true;
  }

  /** Whether node n has a map. */
  has(n: number): boolean {
    return n < this.count;
  }

  /** Draw node n's map into the rectangle. */
  draw(
    context: CanvasRenderingContext2D,
    n: number,
    x: number,
    y: number,
    width: number,
    height: number,
  ): void {
    const left = (n % this.columns) * (this.width + 2 * GUTTER) + GUTTER;
    const top = Math.floor(n / this.columns) * (this.height + 2 * GUTTER) + GUTTER;
    context.drawImage(this.canvas, left, top, this.width, this.height, x, y, width, height);
  }

  private shape(width: number, height: number, count: number): void {
    this.width = width;
    this.height = height;
    this.count = count;
    this.columns = Math.max(1, Math.ceil(Math.sqrt(count)));
    const across = this.columns * (width + 2 * GUTTER);
    const down = Math.ceil(count / this.columns) * (height + 2 * GUTTER);
    this.canvas.width = Math.max(1, across);
    this.canvas.height = Math.max(1, down);
    this.image = count === 0 ? null : this.context.createImageData(across, down);
  }

  private write(words: Uint32Array, maps: Int8Array, n: number, colours: Uint32Array): void {
    const { width, height, columns } = this;
    const stride = columns * (width + 2 * GUTTER);
    const left = (n % columns) * (width + 2 * GUTTER);
    const top = Math.floor(n / columns) * (height + 2 * GUTTER);
    const from = n * width * height;
    for (let y = 0; y < height + 2 * GUTTER; y++) {
      const row = from + Math.min(height - 1, Math.max(0, y - GUTTER)) * width;
      let at = (top + y) * stride + left;
      words[at++] = colours[maps[row]! + 128]!;
      for (let x = 0; x < width; x++) words[at++] = colours[maps[row + x]! + 128]!;
      words[at] = colours[maps[row + width - 1]! + 128]!;
    }
  }
}

function equal(a: Int8Array, b: Int8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
