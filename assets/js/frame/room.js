// A room: on a phone a narrow bar at the bottom of the page; the lecturer's page tells the room where it is.

import { booted } from '../core/boot.js';
import { beHost } from '../room/host.js';
import { buildMember } from '../room/member.js';
import { beginSeat } from '../room/seat.js';

export async function mount(root) {
  await booted;
  root.append(buildMember());
  beHost();
  beginSeat();
}
