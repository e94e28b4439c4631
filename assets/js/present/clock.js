// The time that a lecture has taken: it runs, stands, and begins anew. Nothing here touches the page.

/** @typedef {{ gone: number, since: number | null }} Clock milliseconds that went by before it was set going last, and when that was; null while it stands */

/** @type {Clock} */
export const STANDING = { gone: 0, since: null };

export const elapsed = ({ gone, since }, now) => gone + (since === null ? 0 : Math.max(0, now - since));
/** @returns {Clock} */
export const started = (clock, now) => (clock.since === null ? { gone: clock.gone, since: now } : clock);
/** @returns {Clock} */
export const paused = (clock, now) => ({ gone: elapsed(clock, now), since: null });
/** @returns {Clock} from 0, running if it ran */
export const restarted = (clock, now) => ({ gone: 0, since: clock.since === null ? null : now });

/** "5:07", "1:00:00". */
export function timeOf(ms) {
  const seconds = Math.floor(ms / 1000),
    two = (n) => String(n).padStart(2, '0');
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** @returns {Clock} what was kept as text; standing at 0 for anything else */
export function clockOf(text) {
  try {
    const { gone, since } = JSON.parse(text);
    return Number.isFinite(gone) && (since === null || Number.isFinite(since)) ? { gone, since } : STANDING;
  } catch {
    return STANDING;
  }
}
