// A long piece of work on the server: its number, how far it is, and giving it up.

import { asProblem, Problem, request } from './wire.js';

const POLL_MS = 400;
/** Failed looks at the progress before the server is said to be out of reach. */
const PATIENCE = 5;
/** Without any sign of the work for this long, it was lost. */
const LOST_MS = 60_000;

/** A number for a piece of work; it cannot be guessed, since who knows it may cancel. */
export const newNumber = () => crypto.getRandomValues(new Uint32Array(2)).join('-');

/**
 * Tell the server that nobody here waits for this any more. If it does not hear it, it only computes in vain.
 * A request that itself waits for the answer is taken back by its `abort`: what the server says to it then is no error of the page.
 */
export const giveUp = (number, abort) => {
  abort?.abort();
  request(`cancel?request=${number}`, { method: 'POST' }).catch(() => {});
};

/** Look how far the work is while `wanted()`: `told({ stage, done, total })` each time, `failed(problem)` when contact is lost. */
export async function follow(number, { wanted, told, failed }) {
  let failures = 0,
    silence = 0;
  while (wanted()) {
    await new Promise((resolve) => {
      setTimeout(resolve, POLL_MS);
    });
    if (!wanted()) return;
    try {
      const stage = await (await request(`progress?request=${number}`)).json();
      failures = 0;
      silence = stage.stage ? 0 : silence + POLL_MS;
      if (wanted() && stage.stage) told(stage);
    } catch (error) {
      if (++failures >= PATIENCE) failed(asProblem(error));
    }
    if (silence >= LOST_MS) failed(new Problem('lost'));
  }
}
