// One line that is always current: what went wrong, what is being done, or what was computed.

import { h } from '../core/dom.js';
import { on, state } from '../core/state.js';
import { has, html, t, whole } from '../core/text.js';

export function buildStatus() {
  const status = h('p.status', { role: 'status', 'aria-live': 'polite' });
  on('look lang wanted problem', () => tell(status));
  tell(status);
  return status;
}

function tell(status) {
  const { look, wanted, problem } = state;
  status.classList.toggle('problem', Boolean(problem));
  if (problem) {
    status.innerHTML = html(has(`error.${problem.code}`) ? `error.${problem.code}` : 'error.other', problem.params);
  } else if (wanted) {
    const amount = (count) => (wanted.total > 1e5 ? `${(count / 1e6).toFixed(1)} MB` : String(count));
    const done = wanted.total ? { done: amount(wanted.done), total: amount(wanted.total) } : {};
    status.textContent = t(`strip.stage_${wanted.stage}${wanted.stage === 'download' && !wanted.total ? '_unknown' : ''}`, done);
    status.style.setProperty('--done', wanted.total ? wanted.done / wanted.total : 0);
  } else if (look) {
    const notes = [...look.photo_notes, ...look.notes].filter((code) => has(`note.${code}`)).map((code) => html(`note.${code}`));
    const ran = html('strip.ran', { patches: look.rows * look.cols, prefix: look.prefix.join(' + '), ms: whole(look.seconds * 1000), size: look.size });
    status.innerHTML = [ran, ...notes].join(' ');
  }
}
