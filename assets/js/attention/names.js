// What a token of a photo is called.

import { state } from '../core/state.js';
import { t } from '../core/text.js';

/** "CLS", or "patch 7, 5" as row and column from 1. */
export function tokenName(token) {
  const { prefix, cols } = state.look;
  if (token < prefix.length) return prefix[token];
  const patch = token - prefix.length;
  return t('attention.patch', { row: Math.floor(patch / cols) + 1, col: (patch % cols) + 1 });
}
