// Whether there are only fingers: no pointer that hovers, and most likely no keys. Style sheets ask the same (@media (any-hover: none) and (any-pointer: coarse)).

let query = null;
const asked = () => (query ??= globalThis.matchMedia?.('(any-hover: none) and (any-pointer: coarse)') ?? null);

export const touchOnly = () => Boolean(asked()?.matches);

/** Call `listener()` whenever a mouse is plugged in or the last one taken away. */
export const onTouch = (listener) => asked()?.addEventListener('change', listener);
