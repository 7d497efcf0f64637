/** Lengths of bars for products that shrink or grow: logarithmic, within what is shown, never negative. */

/** Shares of the whole length, one for each number: 0 where it is 0 (or no number), 1 for the largest. */
export function lengths(products: readonly number[]): number[] {
  const sizes = products.map((x) => Math.abs(x)).filter((x) => x > 0 && Number.isFinite(x));
  if (sizes.length === 0) return products.map(() => 0);
  const high = Math.log10(Math.max(...sizes));
  // At least two decades, so that like sizes look alike; the smallest is still to be seen.
  const low = Math.min(Math.log10(Math.min(...sizes)), high - 2) - 0.5;
  return products.map((x) => {
    const size = Math.abs(x);
    if (!Number.isFinite(size)) return 1;
    return size === 0 || Number.isNaN(size) ? 0 : (Math.log10(size) - low) / (high - low);
  });
}
