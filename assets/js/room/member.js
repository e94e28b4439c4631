// A phone in a room: whether it follows, the question that is asked with one vote on it, and how it went once the lecturer has revealed it.

import { h } from '../core/dom.js';
import { on, remember, remembered, state, update } from '../core/state.js';
import { has, html, bindLabel, problemKey, bindText, t } from '../core/text.js';
import { asProblem, pictureAddress } from '../core/wire.js';
import { LETTERS, photo } from '../tours/asking.js';
import { spacedCode, tallied } from './codec.js';
import { beLed } from './follow.js';
import { isMember, leaveRoom, vote } from './seat.js';
import { tallyRows } from './tally.js';

/** That http lends no camera and no clipboard is said once in a browser. */
const SAID = 'http';

export function buildMember() {
  const button = (key, onclick, classes = '') =>
    h(`button.action${classes}`, { type: 'button', onclick }, bindText(h('span'), key));
  const name = bindText(h('strong'), 'room.in', () => ({ code: state.room ? spacedCode(state.room) : '' })),
    how = h('span.room-follows', { 'data-told': true }),
    follow = h('button.action.room-follow', { type: 'button', onclick: () => update({ follows: !state.follows }) }),
    turn = bindText(h('span'), () => (state.follows ? 'room.let_go' : 'room.come_back')),
    end = bindLabel(
      h('button.action.room-leave', { type: 'button', onclick: leaveRoom }, '×'),
      'aria-label',
      'room.leave',
    );
  bindLabel(end, 'title', 'room.leave');
  follow.append(turn);
  const http = h(
    'div.room-http',
    { hidden: true },
    bindText(h('p'), 'room.http_phone'),
    button('room.understood', () => {
      remember(SAID, '1');
      http.hidden = true;
    }),
  );
  const card = h('section.room-question', { hidden: true });
  bindLabel(card, 'aria-label', 'room.question_title');
  const bar = h(
    'aside.room-bar',
    { hidden: true },
    http,
    card,
    h('div.room-line', {}, h('p.room-state', {}, name, ' ', how), h('div.room-actions', {}, follow, end)),
  );
  bindLabel(bar, 'aria-label', 'room.bar');
  // Nothing of the page stays beneath it.
  new ResizeObserver(() =>
    document.documentElement.style.setProperty('--room-height', `${bar.hidden ? 0 : bar.offsetHeight}px`),
  ).observe(bar);

  const asks = h('p.room-asked', { id: 'room-asked', 'data-told': true }),
    verdict = h('p.room-verdict', { 'data-told': true });
  let drawn = '', // the question as it stands there
    problem = null; // why the last vote was not taken

  function draw() {
    const here = isMember(),
      { roomNews: news, roomTrouble: trouble } = state;
    bar.hidden = !here;
    document.documentElement.toggleAttribute('data-room', here);
    if (!here) {
      document.documentElement.toggleAttribute('data-asked', false);
      return;
    }
    http.hidden = isSecureContext || remembered(SAID) !== null;
    name.respeak();
    turn.respeak();
    const said = html(
      trouble ? problemKey(trouble) : !news ? 'room.comes' : state.follows ? 'room.follows' : 'room.alone',
    );
    if (how.innerHTML !== said) how.innerHTML = said;
    drawQuestion(news?.question ?? null, news?.mine ?? null, news?.shown ?? null);
  }

  function drawQuestion(question, mine, shown) {
    card.hidden = !question || !has(`question.${question.called}`);
    document.documentElement.toggleAttribute('data-asked', !card.hidden && !shown);
    if (card.hidden) {
      drawn = '';
      return;
    }
    const { lang } = state,
      { choices, asked } = question,
      onPhoto = choices[0].patch !== undefined,
      words = choices.map((choice) => choice[lang] ?? choice.en),
      now = JSON.stringify([question, shown, lang]);
    if (now !== drawn) {
      if (!drawn.includes(question.id)) problem = null;
      drawn = now;
      const list = shown ? tallyOf(question, mine, shown, onPhoto) : choicesOf(question, words);
      card.replaceChildren(...inputOf(question, shown, onPhoto), h('div.room-asking', {}, asks, list, verdict));
      // What is written once it is there is told (core/announce.js).
      asks.innerHTML = html(`question.${question.called}`, asked[lang] ?? asked.en);
    }
    card
      .querySelectorAll('.room-choice')
      .forEach((button, i) => button.setAttribute('aria-pressed', String(i === mine)));
    const said = problem
      ? html(problemKey({ code: problem }))
      : shown
        ? verdictOf(question, mine, shown, words, onPhoto)
        : mine !== null
          ? html('room.voted', { choice: `${LETTERS[mine]} · ${words[mine]}` })
          : html('room.choose');
    if (verdict.innerHTML !== said) verdict.innerHTML = said;
  }

  const choicesOf = ({ id }, words) =>
    h(
      'div.room-choices',
      { role: 'group', 'aria-labelledby': 'room-asked' },
      ...words.map((one, i) =>
        h(
          'button.action.room-choice',
          { type: 'button', onclick: () => choose(id, i) },
          h('span', { translate: 'no' }, `${LETTERS[i]} · ${one}`),
        ),
      ),
    );

  async function choose(question, choice) {
    problem = null;
    try {
      await vote(question, choice);
    } catch (error) {
      ({ code: problem } = asProblem(error));
    }
    draw();
  }

  on('room roomNews roomTrouble follows lang', draw);
  draw();
  beLed();
  return bar;
}

const tallyOf = (question, mine, shown, onPhoto) =>
  h(
    'ol.tally',
    { 'aria-label': t('room.choices') },
    ...tallyRows(tallied(question, shown, state.lang).map((row, i) => ({ ...row, place: onPhoto, own: i === mine }))),
  );

function verdictOf({ called }, mine, { right, told }, words, onPhoto) {
  const { lang } = state,
    name = onPhoto ? `${LETTERS[right]} · ${words[right]}` : words[right];
  const whether = mine === null ? 'tours.not_right' : mine === right ? 'room.right' : 'room.not_right';
  return `${html(whether, { right: name })} ${html(`told.${called}`, told[lang] ?? told.en ?? {})}`;
}

/** The lecturer's photo or sentence, which the question is about whatever this phone looks at. */
function inputOf({ about, choices, held }, shown, onPhoto) {
  if (about.text !== undefined) {
    const words = bindText(h('p.note.room-about'), 'room.about_text', () => ({ text: about.text }));
    return [words];
  }
  const photoQuery = { ...about, change: '' },
    words = bindText(h('p.note.room-about'), 'room.about_photo');
  if (onPhoto)
    return [words, photo(photoQuery, pictureAddress('seen', photoQuery), choices, shown?.right, held, !shown)];
  return [h('div.room-about', {}, h('img', { src: pictureAddress('thumb', photoQuery), alt: '' }), words)];
}
