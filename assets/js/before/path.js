// Before attention, chapter path.

export function path() {
  return { async show() {}, hide() {} };
}
