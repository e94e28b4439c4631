// The measured table as the figure reads it: one kind of text, one measure.

import { COMPARED } from './compared.js';

/** The bucket, value and interval of every model: payload is the view quality_by_length. */
export function tableOf({ facts, arrays }, kind, metric) {
  const k = facts.kinds.indexOf(kind),
    m = facts.metrics.indexOf(metric),
    [, metrics, models, count] = arrays.score.shape;
  const three = (array, at) => {
    const [value, low, high] = array.data.subarray(3 * at, 3 * at + 3);
    return { value, low, high };
  };
  const buckets = Array.from({ length: count }, (_, b) => {
    const [fewest, most] = arrays.buckets.data.subarray(2 * b, 2 * b + 2),
      n = arrays.n.data[k * count + b];
    return { fewest, most, n, few: n < facts.few };
  });
  const scoreAt = (model, b) => three(arrays.score, ((k * metrics + m) * models + model) * count + b);
  const [first, last] = arrays.ends.data.subarray(2 * k, 2 * k + 2);
  return {
    kind,
    metric,
    buckets,
    words: facts.words,
    first: buckets[first],
    last: buckets[last],
    inside: facts.at < 0 ? null : facts.at,
    // The same scale for every kind of text, so that they can be compared.
    top: 10 * Math.ceil(highest(arrays.score, m) / 10),
    // What attention changes of the GRU's fall, in points and as a factor of the share it keeps; NaN while one of the two is not measured.
    attention: {
      change: three(arrays.attention_change, k * metrics + m),
      kept: three(arrays.attention_kept, k * metrics + m),
    },
    models: COMPARED.filter(({ name }) => facts.models.includes(name)).map((model) => {
      const i = facts.models.indexOf(model.name);
      return {
        ...model,
        change: three(arrays.change, (k * metrics + m) * models + i),
        kept: three(arrays.kept, (k * metrics + m) * models + i),
        points: buckets
          .map((bucket, b) => ({ ...bucket, bucket: b, middle: (bucket.fewest + bucket.most) / 2, ...scoreAt(i, b) }))
          .filter(({ n }) => n),
      };
    }),
  };
}

/** The upper end of the highest interval of a measure, over all kinds of text. */
function highest({ shape: [kinds, metrics, models, count], data }, metric) {
  let most = 0;
  for (let at = 0; at < kinds * metrics * models * count; at++) {
    const high = data[3 * at + 2];
    if (Math.floor(at / (models * count)) % metrics === metric && high > most) most = high;
  }
  return most;
}
