// A tour on paper, from the same steps: what each says, what to try, where it is found, and its questions with blanks, or with what is right for the input on
// screen. The sheets lie in the document only while they are printed.

import { h } from '../core/dom.js';
import { MOST_IN_SQUARES, outerPage } from '../core/links.js';
import { trained } from '../core/photo_query.js';
import { isRecorded } from '../core/recorded.js';
import { seenPicture } from '../core/seen.js';
import { state } from '../core/state.js';
import { html, t } from '../core/text.js';
import { request } from '../core/wire.js';
import { photoName } from '../core/input_name.js';
import { asked, LETTERS, photo } from './asking.js';
import { write } from './words.js';

/** @param {import('./tours.js').Tour} tour @param {boolean} answers */
export async function printHandout(tour, answers) {
  const page = await outerPage(),
    link = (step) => `${page.replace(/\?.*$/, '')}?${step.address}`;
  const steps = await Promise.all(tour.steps.map((step, i) => stepOf(step, i, link(step), answers)));
  const { photoQuery, sentence } = state;
  const sheet = h(
    'main.handout',
    { lang: state.lang },
    h(
      'header',
      {},
      h('h1', {}, tour.title),
      tour.about ? write(h('p'), tour.about) : null,
      h(
        'p.handout-input',
        {},
        `${t(answers ? 'handout.answers' : 'handout.blanks')} · ${inputs(tour, photoQuery, sentence)}`,
      ),
      h('p.handout-address', { translate: 'no' }, page),
      answers ? null : h('p.handout-name', {}, t('handout.name')),
    ),
    h('ol', {}, ...steps),
  );
  document.body.append(sheet);
  await Promise.all([...sheet.querySelectorAll('img')].map((image) => image.decode().catch(() => {})));
  document.documentElement.toggleAttribute('data-handout', true);
  addEventListener(
    'afterprint',
    () => {
      document.documentElement.removeAttribute('data-handout');
      sheet.remove();
    },
    { once: true },
  );
  window.print();
}

/** What the answers are of. */
function inputs(tour, photoQuery, sentence) {
  const named = [photoQuery && `${t('handout.photo')}: ${photoName(photoQuery)}`, sentence && `“${sentence.text}”`];
  return named.filter(Boolean).join(' · ');
}

async function stepOf(step, i, link, answers) {
  const answer = step.ask ? await asked(step.ask).catch(() => null) : null,
    parts = await written(step, answer, answers);
  return h(
    'li',
    { 'data-numbered': parts[0]?.textContent.startsWith(`${i + 1}. `) }, // as a line of the notes is
    h('div.handout-step', {}, ...parts, step.ask || answers ? null : h('p.handout-lines')),
    await squares(link),
  );
}

async function written(step, answer, answers) {
  const says = step.says.map((text) => write(h('p'), text)),
    tries = step.tries ? [write(h('p.handout-try'), `${t('tours.try')} ${step.tries}`)] : [];
  if (!step.ask) return [...says, ...tries];
  if (!answer) return [...says, h('p', {}, t('tours.no_question'))];
  const { choices, right, held } = answer,
    onPhoto = choices[0].patch !== undefined;
  const question = h('p.handout-question');
  question.innerHTML = html(`question.${step.ask}`, answer.asked);
  const box = (i) => (answers && i === right ? '☒' : '☐');
  const list = h(
    'ul',
    {},
    ...choices.map(({ words }, i) =>
      h('li', { 'data-right': answers && i === right }, `${box(i)} ${onPhoto ? `${LETTERS[i]} · ` : ''}${words}`),
    ),
  );
  const why = h(answers ? 'p.handout-why' : 'p.handout-lines');
  if (answers) why.innerHTML = html(`told.${step.ask}`, answer.told);
  return [
    ...(onPhoto
      ? [photo(state.photoQuery, seenPicture(trained(state.photoQuery)), choices, right, held, !answers)]
      : []),
    question,
    list,
    ...(answers ? says : []),
    why,
  ];
}

/** The address as squares for a phone; none where there is no server, or it is too long. */
async function squares(link) {
  if (isRecorded() || new TextEncoder().encode(link).length > MOST_IN_SQUARES) return h('span');
  const picture = await (await request(`qr?${new URLSearchParams({ link })}`)).blob(),
    image = h('img.handout-squares', { alt: link });
  image.src = URL.createObjectURL(picture);
  return image;
}
