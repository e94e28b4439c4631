// Large models on a GPU that is lent call by call: Gradio's own event asks for it, since nothing else carries a visitor's share.

import { state } from './state.js';

// Beyond any call: nobody answers any more.
const LONGEST = 120000;
/** @type {Map<string, (done: boolean) => void>} */
const waiting = new Map();
/** @type {((asked: object) => void) | null} */
let send = null;

/**
 * Called by the component that has the event (demo/components/lent.py).
 * @param {(asked: object) => void} ask
 * @param {(tell: (answer: string) => void) => void} answered
 */
export function connect(ask, answered) {
  send = ask;
  answered((answer) => {
    const { number, done } = JSON.parse(answer);
    waiting.get(number)?.(done);
    waiting.delete(number);
  });
}

/**
 * Have a photo query computed on the GPU, if its model is one of those; it is then asked for like any other.
 * @returns {Promise<boolean>} false where no GPU was lent and the CPU has to do
 */
export async function lend({ photo, model, size }, number) {
  const ask = send;
  if (!ask || !state.boot?.models.find(({ name }) => name === model)?.lent) return true;
  return new Promise((resolve) => {
    const late = setTimeout(() => resolve(false), LONGEST);
    waiting.set(number, (done) => {
      clearTimeout(late);
      resolve(done);
    });
    ask({ photo, model, size, number });
  });
}
