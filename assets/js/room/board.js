// What the lecturer's page shows of a question in a room, in the bar of the tour: the choices and how many have answered; once it is revealed, the tally.

import { focusOn, h } from '../core/dom.js';
import { on, state } from '../core/state.js';
import { html, bindLabel, bindText } from '../core/text.js';
import { isRecorded } from '../core/recorded.js';
import { askAnew, isAsked, revealToRoom } from './host.js';
import { openPanel } from './panel.js';
import { isHost } from './seat.js';
import { LETTERS } from '../tours/asking.js';
import { tallyRows } from './tally.js';

export function buildBoard() {
  const list = h('ol.tally'),
    count = h('p.board-count', { 'data-told': true }),
    truth = h('p.board-truth', { 'data-told': true });
  bindLabel(list, 'aria-label', 'room.choices');
  const button = (key, onclick, classes = '') =>
    h(`button.action${classes}`, { type: 'button', onclick }, bindText(h('span'), key));
  const show = button('room.reveal', revealAndGoOn, '.primary'),
    again = button('room.again', askAnew);
  const board = h('div.room-board', { hidden: true }, list, truth, h('div.board-actions', {}, count, show, again));
  const invite = h('div.board-invite', { hidden: true }, button('room.ask_room', openPanel));
  let drawn = '';

  async function revealAndGoOn() {
    await revealToRoom();
    focusOn(document, '.tour-next', { preventScroll: true });
  }

  function draw() {
    const { asks, roomNews, guess, lang } = state,
      hosts = isHost(),
      asked = hosts && isAsked(),
      shown = asked ? roomNews.shown : null;
    board.hidden = !asked;
    invite.hidden = !asks?.answer || hosts || guess !== null || Boolean(state.room) || isRecorded();
    document.documentElement.toggleAttribute('data-board', asked);
    if (!asked) {
      drawn = '';
      return;
    }
    const now = JSON.stringify([roomNews.question, shown, lang]),
      { choices, right, told } = asks.answer;
    if (now !== drawn) {
      drawn = now;
      const all = shown?.tally.reduce((sum, one) => sum + one, 0);
      list.replaceChildren(
        ...tallyRows(
          choices.map(({ words, patch }, i) => ({
            words: `${words}`,
            place: patch !== undefined,
            ...(shown && { count: shown.tally[i], part: all ? shown.tally[i] / all : 0, right: i === shown.right }),
          })),
        ),
      );
      truth.hidden = !shown;
      const { words: itself, patch } = choices[right],
        words = { right: patch === undefined ? itself : `${LETTERS[right]} · ${itself}` };
      truth.innerHTML = shown ? `${html('tours.not_right', words)} ${html(`told.${asks.called}`, told)}` : '';
      show.hidden = Boolean(shown);
      again.hidden = !shown;
    }
    const said = html('room.answered', { answered: roomNews.answered, members: roomNews.members });
    if (count.innerHTML !== said) count.innerHTML = said;
  }
  on('asks roomNews room guess lang', draw);
  draw();
  return h('div.board-place', {}, invite, board);
}
