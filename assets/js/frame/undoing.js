// The translations that were on screen before, for the sentence's Undo; a reload of this tab keeps them.

import { requestTranslation } from '../core/sentence.js';
import { observe, state } from '../core/state.js';

const MOST = 50;
const KEY = 'microscope.undo';
const FIELDS = ['text', 'translator', 'how', 'prefix'];

/** @returns {string[]} each the question of a translation as JSON, the latest last */
function stored() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? '[]');
  } catch {
    return [];
  }
}

let before = null;
let present = null; // the question of what is on screen
let undone = null; // the question that is on its way as the one before
let turn = 0;

const list = () => (before ??= stored());
const question = () =>
  state.sentence ? JSON.stringify(Object.fromEntries(FIELDS.map((field) => [field, state[field]]))) : null;

function keep() {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(list()));
  } catch {
    /* private window */
  }
}

observe(() => {
  const now = question();
  if (now === null || now === present) return;
  if (now === undone) before = list().slice(0, -1);
  else if (present) before = [...list(), present].slice(-MOST);
  keep();
  present = now;
});

export const canUndo = () => list().length > 0;

/** Translate as before. */
export async function undo() {
  const last = list().at(-1);
  if (!last) return;
  const { text, translator: model, how, prefix } = JSON.parse(last);
  const mine = ++turn;
  undone = last;
  await requestTranslation({ text, model, how, prefix });
  if (turn === mine) undone = null;
}
