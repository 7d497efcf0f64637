/** Where the world lies on the screen: screen = world · zoom + (x, y). All pixels are CSS pixels of the host. */
export interface View {
  zoom: number;
  x: number;
  y: number;
}

export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export interface Insets {
  top: number;
  right: number;
  bottom: number;
  left: number;
}

/** Fitting never enlarges beyond this: a small network stays a drawing, not a poster. */
export const FIT_ZOOM = 1.35;
export const ZOOM_LEAST = 0.004;
export const ZOOM_MOST = 12;

/** The view that shows `box` whole and centred within the host, clear of the insets. */
export function fit(box: Box, width: number, height: number, insets: Insets): View {
  const across = Math.max(1, width - insets.left - insets.right);
  const down = Math.max(1, height - insets.top - insets.bottom);
  const zoom = bounded(
    Math.min(FIT_ZOOM, across / Math.max(1, box.right - box.left), down / Math.max(1, box.bottom - box.top)),
  );
  return {
    zoom,
    x: insets.left + across / 2 - ((box.left + box.right) / 2) * zoom,
    y: insets.top + down / 2 - ((box.top + box.bottom) / 2) * zoom,
  };
}

/** Zoom by a factor; the world under the screen point (x, y) stays under it. */
export function zoomAt(view: View, factor: number, x: number, y: number, least = ZOOM_LEAST): View {
  const zoom = Math.max(least, bounded(view.zoom * factor));
  const f = zoom / view.zoom;
  return { zoom, x: x - (x - view.x) * f, y: y - (y - view.y) * f };
}

/** The share of the box that is on the screen. */
export function inView(view: View, box: Box, width: number, height: number): number {
  const across = Math.min(width, box.right * view.zoom + view.x) - Math.max(0, box.left * view.zoom + view.x);
  const down = Math.min(height, box.bottom * view.zoom + view.y) - Math.max(0, box.top * view.zoom + view.y);
  const whole = (box.right - box.left) * (box.bottom - box.top) * view.zoom ** 2;
  return whole <= 0 ? 1 : (Math.max(0, across) * Math.max(0, down)) / whole;
}

/** Shift the view by screen pixels. */
export function pan(view: View, dx: number, dy: number): View {
  return { zoom: view.zoom, x: view.x + dx, y: view.y + dy };
}

/**
 * The view, moved back if need be so that at least `margin` pixels of the box stay on the screen, or all of its
 * extent where that is less.
 */
export function kept(view: View, box: Box, width: number, height: number, margin: number): View {
  const { zoom } = view;
  const across = Math.min(margin, (box.right - box.left) * zoom);
  const down = Math.min(margin, (box.bottom - box.top) * zoom);
  return {
    zoom,
    x: clamp(view.x, across - box.right * zoom, width - across - box.left * zoom),
    y: clamp(view.y, down - box.bottom * zoom, height - down - box.top * zoom),
  };
}

/** What of the world is on the screen, with `margin` screen pixels around it. */
export function visible(view: View, width: number, height: number, margin: number): Box {
  return {
    left: (-margin - view.x) / view.zoom,
    top: (-margin - view.y) / view.zoom,
    right: (width + margin - view.x) / view.zoom,
    bottom: (height + margin - view.y) / view.zoom,
  };
}

/** Part of the way from one view to another: zoom geometrically, the centre of the screen evenly. */
export function between(from: View, to: View, t: number, width: number, height: number): View {
  const zoom = from.zoom * (to.zoom / from.zoom) ** t;
  const ax = (width / 2 - from.x) / from.zoom;
  const ay = (height / 2 - from.y) / from.zoom;
  const bx = (width / 2 - to.x) / to.zoom;
  const by = (height / 2 - to.y) / to.zoom;
  return { zoom, x: width / 2 - (ax + (bx - ax) * t) * zoom, y: height / 2 - (ay + (by - ay) * t) * zoom };
}

export function sameView(a: View, b: View): boolean {
  return a.zoom === b.zoom && a.x === b.x && a.y === b.y;
}

/** The CSS transform that takes a picture painted under one view to where another view has it. */
export function shift(painted: View, now: View): string {
  if (sameView(painted, now)) return "none";
  const s = now.zoom / painted.zoom;
  return `matrix(${s},0,0,${s},${now.x - painted.x * s},${now.y - painted.y * s})`;
}

function bounded(zoom: number): number {
  return clamp(zoom, ZOOM_LEAST, ZOOM_MOST);
}

function clamp(x: number, low: number, high: number): number {
  return Math.max(Math.min(low, high), Math.min(Math.max(low, high), x));
}
