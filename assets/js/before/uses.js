// Before attention, chapter uses.

export function uses() {
  return { async show() {}, hide() {} };
}
