// One line that is always current: what went wrong, what is being done, or what was computed.

import { h } from '../core/dom.js';
import { OPENING, STATIONS } from '../core/journeys.js';
import { cancelPhoto } from '../core/photo_query.js';
import { cancelSentence } from '../core/sentence.js';
import { on, showsPhoto, state, update } from '../core/state.js';
import { has, html, bindLabel, languageName, problemKey, bindText, t, told, united, whole } from '../core/text.js';

/** The line of the status, and the button that gives up what is being done. `line` is what they stand in. */
export function buildStatus(line) {
  const status = h('p.status', { 'data-told': true });
  const cancel = h(
    'button.action.cancel',
    { type: 'button', hidden: true, onclick: cancelAll },
    bindText(h('span'), 'strip.cancel'),
  );
  const close = h('button.icon.dismiss', { type: 'button', onclick: () => update({ problem: null }) }, '×');
  bindLabel(close, 'aria-label', 'frame.dismiss');
  on('photoQuery photoGone sentence screen journey lang wanted problem', () => {
    tell(status);
    status.append(close);
  });
  // Whoever has scrolled down is told what went wrong where they are.
  const seen = new IntersectionObserver(([{ isIntersecting }]) => status.classList.toggle('away', !isIntersecting));
  seen.observe(line);
  on('wanted', () => {
    cancel.hidden = !state.wanted;
  });
  on('photoQuery sentence screen journey wanted problem', showNothing);
  tell(status);
  return [status, cancel];
}

/** Where what the address names was refused and nothing else is there, no figure stands waiting for it. */
function showNothing() {
  const { screen, journey, photoQuery, sentence, problem, wanted } = state,
    refused = Boolean(problem) && !wanted && !(journey === 'sentence' ? sentence : photoQuery);
  document.documentElement.toggleAttribute('data-refused', refused && STATIONS.includes(screen));
}

/** What is on screen stays, whatever is under way. */
export function cancelAll() {
  cancelPhoto();
  cancelSentence();
}

/** What is being done, and how far it is, as a sentence. */
export function stageWords({ stage, done, total }) {
  const amount = (count) => (total > 1e5 ? united((count / 1e6).toFixed(1), 'MB') : whole(count));
  return t(
    `strip.stage_${stage}${stage === 'download' && !total ? '_unknown' : ''}`,
    total ? { done: amount(done), total: amount(total) } : {},
  );
}

function tell(status) {
  const { photoQuery, sentence, journey, wanted } = state;
  // What is wrong with a text stands beside its field, and that a photo is gone stands where it would be.
  const besideField =
    state.problem?.text !== undefined || (state.screen === 'translation' && state.problem?.code.startsWith('prefix_'));
  const elsewhere = besideField || (!photoQuery && state.problem?.code === 'photo_gone'); // frame/gone.js
  const problem = elsewhere ? null : state.problem;
  // What the visitor wanted to stop is no problem.
  status.classList.toggle('problem', Boolean(problem) && problem.code !== 'cancelled');
  if (problem) {
    status.innerHTML = html(problemKey(problem), problem.params);
  } else if (wanted) {
    status.textContent = stageWords(wanted);
    status.style.setProperty('--done', wanted.total ? wanted.done / wanted.total : 0);
  } else if (state.screen === OPENING) {
    const read = photoQuery && sentence && html('start.read', { model: photoQuery.model, translator: sentence.model });
    status.innerHTML = read ? [read, ...notesOfSentence(sentence), ...notesOfPhoto(photoQuery)].join(' ') : missing();
  } else if (journey === 'sentence') {
    // Where the address's sentence was refused, nothing is being asked any more.
    if (!sentence) status.textContent = missing();
    else follow(translated(status, sentence), notesOfSentence(sentence));
  } else if (photoQuery) {
    told(status, 'strip.ran', {
      patches: photoQuery.rows * photoQuery.cols,
      prefix: photoQuery.prefix.map((name) => ` + ${name}`).join(''),
      size: photoQuery.size,
      took: took('strip', photoQuery, Boolean(photoQuery.change)),
    });
    follow(status, notesOfPhoto(photoQuery));
  } else status.textContent = missing();
}

const follow = (status, sentences) =>
  status.insertAdjacentHTML('beforeend', sentences.map((sentence) => ` ${sentence}`).join(''));

/**
 * How long the pass took, where it was computed for this question; else that it was there. What this visit has waited for is no part of what is
 * on screen. `trained`: the time is that of the pass as trained, and another is on screen, of which often a part alone is computed.
 */
function took(kind, { now, seconds }, trained = false) {
  const words = h('span', { 'data-measured': true });
  words.innerHTML = html(`${kind}.took${trained ? '_trained' : now ? '' : '_earlier'}`, { ms: whole(seconds * 1000) });
  return words;
}

/** Why there is nothing to tell of. */
function missing() {
  const { problem, photoGone } = state;
  if (photoGone && showsPhoto()) return t('gone.title');
  return problem?.text === undefined ? '' : t('sentence.refused');
}

const notes = (codes, params) =>
  codes.filter((code) => has(`note.${code}`)).map((code) => html(`note.${code}`, params));
const notesOfPhoto = (photoQuery) => notes([...photoQuery.photo_notes, ...photoQuery.notes], photoQuery.noted);
const notesOfSentence = (sentence) => notes(sentence.notes, { ...sentence.noted, ...languages(sentence) });

/** The language the translator reads and the one that was typed, in the page's language. */
function languages({ reads, looks_like: found }) {
  return { reads: reads && languageName(reads), found: found && languageName(found) };
}

function translated(status, sentence) {
  const { source, target, stopped_by: stoppedBy } = sentence;
  return told(status, stoppedBy === 'limit' ? 'sentence.ran_limit' : 'sentence.ran', {
    source: source.length,
    target: target.length,
    took: took('sentence', sentence),
  });
}
