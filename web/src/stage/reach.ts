/** How far the pass under way has come. */
import type { Moment } from "../messages";

/** Whether the value of a node in this layer is one of this pass. */
export function valued(moment: Moment, layer: number): boolean {
  return layer <= moment.values_to;
}

/** Whether the gradients of the weights that lead into this layer are those of this pass. */
export function graded(moment: Moment, layer: number): boolean {
  return layer >= moment.gradients_from;
}
