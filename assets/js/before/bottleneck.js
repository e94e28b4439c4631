// Before attention, chapter bottleneck.

export function bottleneck() {
  return { async show() {}, hide() {} };
}
