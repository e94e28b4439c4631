// Before attention, chapter chain.

export function chain() {
  return { async show() {}, hide() {} };
}
