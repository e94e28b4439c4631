// The token on screen: the one under the pointer, else the one held. The figures of Patches and Position follow it, without asking anyone.

import { flag } from './address.js';
import { declare, on, state, update } from './state.js';

declare({
  queryChosen: { word: 'held', ...flag, otherwise: false }, // whether somebody has chosen the token held
});

let preview = null;
const followers = new Set();
const follow = () => followers.forEach((follower) => follower());

/** The token held. Before anyone has chosen one it is CLS, which has no pixels: those screens start with a patch near the middle instead. */
export function held() {
  const { photoQuery, query } = state;
  if (state.queryChosen || !photoQuery || query >= photoQuery.prefix.length) return query;
  return (
    photoQuery.prefix.length + Math.floor(0.47 * photoQuery.rows) * photoQuery.cols + Math.floor(0.35 * photoQuery.cols)
  );
}

/** The token to draw. */
export const shown = () => preview ?? held();

/** Whether the pointer is on another token than the one held. */
export const previewing = () => preview !== null && preview !== held();

/** Show a token while the pointer is on it; null goes back to the one held. */
export function point(token) {
  if (preview === token) return;
  preview = token;
  follow();
}

/** Hold a token. */
export function hold(token) {
  preview = null;
  if (state.query === token && state.queryChosen) follow();
  else update({ query: token, queryChosen: true });
}

/** Call `follower()` whenever the token to draw may have changed. */
export const onShown = (follower) => {
  followers.add(follower);
};

on('photoQuery query queryChosen', () => {
  preview = null;
  follow();
});
