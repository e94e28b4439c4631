// What a mask hides has no score at all (vit_core/masks.py).

export const isMasked = (value) => value === -Infinity;
