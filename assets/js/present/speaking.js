// The presenting page's end of the line to the speaker window: it says where it is whenever that changes, and does what it is asked to.

import { address } from '../core/history.js';
import { on, state } from '../core/state.js';
import { t } from '../core/text.js';
import { asked } from '../tours/asking.js';
import { running } from '../tours/tours.js';
import { SpeakerLine, newId } from './line.js';
import { nextOf } from './presenting.js';

const KEPT = 'microscope.presenting';

export class Speaking {
  /** @type {SpeakerLine | null} */
  line = null;
  turn = 0;
  stage;
  tools;
  go;
  told;

  constructor({ stage, tools, go, told }) {
    this.stage = stage;
    this.tools = tools;
    this.go = go;
    this.told = told;
    on('tour tourStep guess photoQuery sentence screen chapter slide lang theme', () => this.tell());
    if (this.kept()) this.connect();
  }

  kept() {
    try {
      return sessionStorage.getItem(KEPT);
    } catch {
      return this.line?.id ?? null; // private window
    }
  }

  connect() {
    const id = this.kept() ?? newId();
    try {
      sessionStorage.setItem(KEPT, id);
    } catch {
      /* private window */
    }
    this.line ??= new SpeakerLine(id, (message) => this.hear(message));
    return this.line.id;
  }

  /** Open the speaker window, or come back to it. */
  open() {
    const id = this.connect(),
      words = new URLSearchParams(address({ screen: 'start', tour: null, speaking: id }));
    const other = window.open(`?${words}`, `speaker-${id}`, 'popup,width=1100,height=720');
    this.told(other ? '' : 'present.blocked');
    if (other) this.line.other = other;
  }

  hear({ asks }) {
    const { presenting, tour } = state;
    if (presenting || tour) {
      if (asks === 'next') this.go(1);
      else if (asks === 'back') this.go(-1);
    }
    if (presenting) {
      if (asks === 'freeze') this.tools.freeze(!this.tools.frozen);
      else if (asks === 'black') this.tools.covered(this.tools.cover ? null : 'black');
    }
    this.tell();
  }

  /** Where this page is, and what is right of a question that the room has not answered yet. */
  async tell() {
    if (!this.line) return;
    const mine = ++this.turn,
      { stage, tools } = this,
      { screen, chapter, lang, theme, tour, tourStep, guess, presenting } = state;
    const where = {
      ...{ screen, chapter: screen === 'before' ? chapter : null, lang, theme, tour, tourStep, guess, presenting },
      ...{ slide: stage.at, slides: stage.slides.length, next: presenting ? nextOf(stage, 1) : null },
      ...{ frozen: tools.frozen, cover: tools.cover, right: null, question: '' },
    };
    this.line.say({ tells: where });
    const found = await running().catch(() => null),
      ask = found?.steps[Math.min(tourStep, found.steps.length - 1)].ask;
    if (!ask || mine !== this.turn) return;
    const answer = await asked(ask).catch(() => null);
    if (!answer || mine !== this.turn) return;
    const { choices, right } = answer,
      letter = choices[right].patch === undefined ? '' : `${'ABCDEFGH'[right]} · `;
    this.line.say({
      tells: { ...where, right: `${letter}${choices[right].words}`, question: t(`question.${ask}`, answer.asked) },
    });
  }
}
