// How the presenting page and its speaker window talk: by a channel of the browser, or by messages from window to window where there is none.

const NAME = 'attention-microscope-presenting';

/** A word that only the two windows of one presentation know. */
export const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(9)), (n) => (n % 36).toString(36)).join('');

export class SpeakerLine {
  /** @type {Window | null} the other window, where it was opened from this one or has opened it */
  other = globalThis.opener ?? null;

  /**
   * @param {string} id
   * @param {(message: any) => void} heard
   */
  constructor(id, heard) {
    this.id = id;
    const hear = ({ data, origin, source }) => {
      if (data?.presenting !== id) return;
      if (source && origin !== location.origin) return;
      if (source instanceof Window) this.other ??= source;
      heard(data.message);
    };
    this.channel = globalThis.BroadcastChannel ? new BroadcastChannel(NAME) : null;
    if (this.channel) this.channel.addEventListener('message', hear);
    else addEventListener('message', hear);
  }

  say(message) {
    const data = { presenting: this.id, message };
    if (this.channel) this.channel.postMessage(data);
    else this.other?.postMessage(data, location.origin);
  }
}
