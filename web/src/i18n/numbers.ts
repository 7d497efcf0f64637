/** How numbers are written: three significant digits, a true minus, tabular; the full number goes into a title. */

const MINUS = "−";

function signed(text: string): string {
  return text.replace(/-/g, MINUS);
}

/** Below this a number is zero to rounding. */
const DUST = 1e-15;

/** Three significant digits: 0.673, −0.00390, 12.3, 4120, 2.45e4, 1.23e−5. */
export function short(x: number): string {
  if (Number.isNaN(x)) return "NaN";
  if (!Number.isFinite(x)) return x > 0 ? "∞" : `${MINUS}∞`;
  const size = Math.abs(x);
  if (size < DUST) return "0";
  if (size >= 9_995 || size < 0.000_999_5) return signed(x.toExponential(2).replace("e+", "e"));
  if (size >= 999.5) return signed(String(Number(x.toPrecision(3))));
  return signed(x.toPrecision(3));
}

/** As ``short`` with a plus sign where it is positive, for numbers whose direction matters. */
export function directed(x: number): string {
  return x > 0 ? `+${short(x)}` : short(x);
}

/** Every digit, as the engine has it. */
export function full(x: number): string {
  return signed(String(x));
}

/** 0.975 as "97.5 %", with ``digits`` after the point. */
export function percent(x: number, digits = 1): string {
  return Number.isNaN(x) ? "–" : `${(100 * x).toFixed(digits)} %`;
}

/** Whole numbers with grouping, as the language writes them. */
export function count(x: number, language: string): string {
  return new Intl.NumberFormat(language).format(x);
}
