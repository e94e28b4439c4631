// What parts of the page tell each other over the document, without knowing who listens. Read by the type checker only.

interface DocumentEventMap {
  /** Another size, model or photo is wanted: frame/input_strip.js. */
  'microscope:ask': CustomEvent<{ photo?: string; model?: string; size?: number }>;
  /** Another translation is wanted, in these things: frame/sentence_strip.js. */
  'microscope:say': CustomEvent<{ text?: string; model?: string; how?: string; prefix?: number[]; change?: string }>;
  /** What is under way is wanted no more. */
  'microscope:cancel': CustomEvent<null>;
  /** How did this number come to be? core/explain.js */
  'microscope:explain': CustomEvent<{
    name: string;
    index: (number | null)[];
    look?: any;
    sentence?: any;
    reading?: any;
    change?: string;
  }>;
  /** What is switched off on a photo's screen has changed. */
  'microscope:changed': CustomEvent<{ change: string }>;
}
