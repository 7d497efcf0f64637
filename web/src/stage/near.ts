/** Which neurons are near enough to be looked into. */
import { nearestFirst, type Scene } from "./scene";
import { type View, visible } from "./view";

/** A neuron so wide on the screen shows what it computes. */
export const WIDE = 205;
const MOST = 6;

/** Their names, nearest to the middle of the host first. */
export function near(scene: Scene, view: View, width: number, height: number): string[] {
  if (scene.cards || scene.size[0]! * view.zoom < WIDE) return [];
  const box = visible(view, width, height, 0);
  const x = (box.left + box.right) / 2;
  const y = (box.top + box.bottom) / 2;
  const inputs = scene.graph.layers[0]!.count;
  const neurons = scene.nodesIn(box).filter((n) => n !== scene.loss && n >= inputs);
  return nearestFirst(neurons, (n) => Math.hypot(scene.x[n]! - x, scene.y[n]! - y))
    .slice(0, MOST)
    .map((n) => scene.graph.names[n]!);
}
