/** How a slider spreads the numbers of a field: position to number and back, by the field's own scale and step. */

import type { FieldSpec } from "../messages";

/** Stops of a slider where the field has no step of its own: so many in all, or in a decade of a log scale. */
const STOPS = 200;
const STOPS_A_DECADE = 24;

export interface Spread {
  readonly stops: number;
  /** The stop (a whole number from 0) nearest to a number. */
  at(value: number): number;
  /** The number at a stop, rounded to what a person would write. */
  value(stop: number): number;
}

export function spread(field: FieldSpec): Spread {
  return field.scale === "log" && field.low > 0 ? logarithmic(field) : linear(field);
}

function linear({ low, high, step, kind }: FieldSpec): Spread {
  const range = high - low;
  const least = kind === "integer" ? Math.max(1, step) : step;
  const stops = Math.max(1, least > 0 ? Math.round(range / least) : STOPS);
  return {
    stops,
    at: (value) => clamp(Math.round(((value - low) / range) * stops), stops),
    value: (stop) => (stop >= stops ? high : neat(low + (range * stop) / stops, kind)),
  };
}

function logarithmic({ low, high, step, kind }: FieldSpec): Spread {
  const decades = Math.log10(high / low);
  const stops = Math.max(1, Math.round(decades * STOPS_A_DECADE));
  const value = (stop: number) => {
    if (stop <= 0) return low;
    if (stop >= stops) return high;
    const raw = low * (high / low) ** (stop / stops);
    const stepped = step > 0 ? Math.round(raw / step) * step : Number(raw.toPrecision(2));
    return Math.min(high, Math.max(low, neat(stepped, kind)));
  };
  return {
    stops,
    at: (number) => clamp(Math.round((Math.log10(Math.max(low, number) / low) / decades) * stops), stops),
    value,
  };
}

/** Without the dust of binary fractions; whole where the field is. */
function neat(value: number, kind: FieldSpec["kind"]): number {
  return kind === "integer" ? Math.round(value) : Number(value.toPrecision(6));
}

function clamp(stop: number, stops: number): number {
  return Math.min(stops, Math.max(0, stop));
}
