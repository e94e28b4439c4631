// From attention weights to colours of the ramp: one scale for all heads, or each head its own when asked for.

/** Where no key is hidden. */
export const NO_KEYS = new Set();

/** Largest weight of a row from key `first` on, leaving out hidden keys: what has no place in the picture is not painted. */
export function rowPeak(row, hidden, first = 0) {
  let peak = 0;
  for (let i = first; i < row.length; i++) if (row[i] > peak && !hidden.has(i)) peak = row[i];
  return peak;
}

/** The weight painted in the lightest colour, per head. */
export function scales(rows, hidden, perHead, first) {
  const peaks = rows.map((row) => rowPeak(row, hidden, first));
  if (perHead) return peaks;
  const shared = Math.max(...peaks);
  return peaks.map(() => shared);
}

/** The largest weight of every head of a pattern [H, T, S], over all its queries; hidden keys are left out. */
export function headPeaks({ shape: [heads, queries, keys], data }, hidden) {
  return Array.from({ length: heads }, (_, head) => {
    let peak = 0;
    for (let i = head * queries * keys, end = i + queries * keys; i < end; i++)
      if (data[i] > peak && !hidden.has(i % keys)) peak = data[i];
    return peak;
  });
}

/** Index into the ramp, 0..255, by the square root of weight / scale: small weights stay visible beside a large one. */
export const level = (weight, scale) => (scale > 0 ? Math.min(255, Math.round(255 * Math.sqrt(weight / scale))) : 0);

/** The weight at a share 0..1 of the ramp: what a legend prints beside it. */
export const weightAt = (share, scale) => share * share * scale;
