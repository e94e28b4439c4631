// Before attention, chapter cost.

export function cost() {
  return { async show() {}, hide() {} };
}
