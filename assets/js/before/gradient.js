// Before attention, chapter gradient.

export function gradient() {
  return { async show() {}, hide() {} };
}
