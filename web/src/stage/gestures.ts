/** Pointer, wheel and pinch, told as what they mean. Coordinates are CSS pixels of the surface. */
export interface Meaning {
  pan(dx: number, dy: number): void;
  zoom(factor: number, x: number, y: number): void;
  /** The pointer rests here; null when it has left. */
  hover(point: { x: number; y: number } | null): void;
  tap(x: number, y: number): void;
  double(x: number, y: number): void;
}

/** Pixels a pointer may tremble before a tap becomes a drag. */
const TREMBLE = 4;
const WHEEL = 0.0015;
const PINCH = 0.01;
const LINE = 16;

export function listen(surface: HTMLElement, meaning: Meaning, signal: AbortSignal): void {
  const down = new Map<number, { x: number; y: number }>();
  let dragged = false;
  let from = { x: 0, y: 0 };

  const place = (event: MouseEvent) => {
    const box = surface.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };

  surface.addEventListener(
    "pointerdown",
    (event) => {
      if (event.button !== 0) return;
      const point = place(event);
      if (down.size === 0) {
        dragged = false;
        from = point;
      } else dragged = true;
      down.set(event.pointerId, point);
      surface.setPointerCapture(event.pointerId);
    },
    { signal },
  );

  surface.addEventListener(
    "pointermove",
    (event) => {
      const point = place(event);
      const before = down.get(event.pointerId);
      if (before === undefined) {
        if (event.pointerType !== "touch") meaning.hover(point);
        return;
      }
      if (!dragged && Math.hypot(point.x - from.x, point.y - from.y) < TREMBLE) return;
      if (!dragged) {
        dragged = true;
        meaning.hover(null);
        surface.style.cursor = "grabbing";
      }
      const other = [...down].find(([id]) => id !== event.pointerId)?.[1];
      if (other === undefined) meaning.pan(point.x - before.x, point.y - before.y);
      else {
        const apart = Math.hypot(before.x - other.x, before.y - other.y);
        const now = Math.hypot(point.x - other.x, point.y - other.y);
        meaning.pan((point.x - before.x) / 2, (point.y - before.y) / 2);
        if (apart > 1) meaning.zoom(now / apart, (point.x + other.x) / 2, (point.y + other.y) / 2);
      }
      down.set(event.pointerId, point);
    },
    { signal },
  );

  const up = (event: PointerEvent) => {
    if (!down.delete(event.pointerId)) return;
    surface.style.cursor = "";
    if (event.type === "pointerup" && !dragged) meaning.tap(from.x, from.y);
  };
  surface.addEventListener("pointerup", up, { signal });
  surface.addEventListener("pointercancel", up, { signal });
  surface.addEventListener("pointerleave", () => meaning.hover(null), { signal });

  surface.addEventListener(
    "dblclick",
    (event) => {
      const point = place(event);
      meaning.double(point.x, point.y);
    },
    { signal },
  );

  surface.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const point = place(event);
      const pixels = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? event.deltaY : event.deltaY * LINE;
      meaning.zoom(Math.exp(-pixels * (event.ctrlKey ? PINCH : WHEEL)), point.x, point.y);
    },
    { signal, passive: false },
  );
}
