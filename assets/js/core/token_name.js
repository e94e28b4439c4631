// What a token of a photo is called.

import { t } from './text.js';

/** "CLS", or "patch 7, 5" as row and column from 1, for a token of a look. */
export function tokenName(token, { prefix, cols }) {
  if (token < prefix.length) return prefix[token];
  const patch = token - prefix.length;
  return t('attention.patch', { row: Math.floor(patch / cols) + 1, col: (patch % cols) + 1 });
}
