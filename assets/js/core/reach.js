// Whether the servers of models that are not here can be reached from ours, asked once somebody sees a list of models.

import { state, update } from './state.js';
import { request } from './wire.js';

/** How long the server keeps what it knows of other servers (demo/page/reachable_hosts.py). */
const KEPT_MS = 60_000;
let askedAt = -Infinity;

/** Ask, where nobody has for a minute; whoever listens to `hosts` hears the answer: { host: 'yes', 'no' or 'offline' }. */
export async function askReach() {
  if (performance.now() - askedAt < KEPT_MS) return;
  askedAt = performance.now();
  try {
    update({ hosts: await (await request('reach')).json() });
  } catch {
    askedAt = -Infinity; // nobody knows yet
  }
}

/** Whether a model can be had: it is here, or its server answers and may be asked; null while nobody knows. */
export const canBeHad = ({ here, host, offline }) =>
  here || (offline ? false : state.hosts ? state.hosts[host] === 'yes' : null);
