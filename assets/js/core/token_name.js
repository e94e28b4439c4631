// What a token of a photo is called, and what is said of those that stand before the patches.

import { percent, t } from './text.js';

/** "CLS", or "patch 7, 5" as row and column from 1, for a token of a photo query. */
export function tokenName(token, { prefix, cols }) {
  if (token < prefix.length) return prefix[token];
  const patch = token - prefix.length;
  return t('attention.patch', { row: Math.floor(patch / cols) + 1, col: (patch % cols) + 1 });
}

/** What stands before the patches, to be written behind their number: " + CLS", " + CLS + 4 more"; nothing where nothing does. */
export function plusPrefix({ prefix }) {
  if (!prefix.length) return '';
  return ` + ${prefix.length === 1 ? prefix[0] : t('patches.sequence_prefix', { first: prefix[0], count: prefix.length - 1 })}`;
}

/** What stands under a head for one row of its weights: the share of all tokens without a place, which no map shows, and the largest of a patch. */
export function headCaption({ prefix }, share, peak) {
  if (!prefix.length) return t('attention.caption_patches', { peak: percent(peak) });
  const token = prefix.length === 1 ? prefix[0] : `${prefix[0]}…${prefix.at(-1)}`;
  return t('attention.caption', { token, share: percent(share), peak: percent(peak) });
}
