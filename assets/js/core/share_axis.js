// The axis above bars of shares, 0 to 100 %: in a narrow column those numbers are left out that would touch (css/shared.css).

import { h } from './dom.js';
import { perCent } from './text.js';

export const shareAxis = () => h('span.share-axis', {}, ...[0, 25, 50, 75, 100].map((p) => h('span', {}, perCent(p))));
