/** How good probabilities are: the area under the ROC curve of two classes, and the expected calibration error. */

import { exp } from '../math.ts';

/** Bins of confidence (Guo et al. 2017, section 2). */
const BINS = 15;

/** Gathers outputs batch by batch: a score and a label an example of two classes, three sums a bin for any number. */
export class Scores {
  readonly #classes: number;
  #scores = new Float64Array(1024);
  #positive = new Uint8Array(1024);
  #count = 0;
  readonly #right = new Float64Array(BINS);
  readonly #confidence = new Float64Array(BINS);

  constructor(classes: number) {
    this.#classes = classes;
  }

  /** Outputs [batch, classes] before softmax, row-major, and the class of each row. */
  add(outputs: ArrayLike<number>, labels: ArrayLike<number>): void {
    const classes = this.#classes;
    for (let b = 0; b < labels.length; b++) {
      const from = b * classes;
      let best = from;
      for (let c = from + 1; c < from + classes; c++) if (outputs[c]! > outputs[best]!) best = c;
      let sum = 0;
      for (let c = from; c < from + classes; c++) sum += exp(outputs[c]! - outputs[best]!);
      const confidence = 1 / sum;
      // Confidence 1 belongs to the last bin; what is not finite to none.
      const bin = Math.min(BINS - 1, Math.floor(confidence * BINS));
      if (bin >= 0) {
        this.#confidence[bin]! += confidence;
        if (best - from === labels[b]) this.#right[bin]! += 1;
      }
      if (classes === 2) this.#note(outputs[from + 1]! - outputs[from]!, labels[b] === 1);
      else this.#count++;
    }
  }

  #note(score: number, isPositive: boolean): void {
    if (this.#count === this.#scores.length) {
      const [scores, positive] = [new Float64Array(2 * this.#count), new Uint8Array(2 * this.#count)];
      scores.set(this.#scores);
      positive.set(this.#positive);
      [this.#scores, this.#positive] = [scores, positive];
    }
    this.#scores[this.#count] = score;
    this.#positive[this.#count++] = isPositive ? 1 : 0;
  }

  /** Mean over all examples of |share of right ones - mean confidence| of their bin. */
  calibrationError(): number {
    let sum = 0;
    for (let bin = 0; bin < BINS; bin++) sum += Math.abs(this.#right[bin]! - this.#confidence[bin]!);
    return sum / this.#count;
  }

  /** The area under the ROC curve of two classes; undefined for more, or where one of them has no example. */
  auc(): number | undefined {
    if (this.#classes !== 2) return undefined;
    return areaUnderCurve(this.#scores.subarray(0, this.#count), this.#positive.subarray(0, this.#count));
  }
}

/**
 * The share of pairs of a positive and a negative example in which the positive has the greater score; ties count half
 * (the rank statistic of Mann & Whitney 1947). Undefined where there are no pairs, or scores are not numbers.
 */
export function areaUnderCurve(scores: Float64Array, positive: ArrayLike<number>): number | undefined {
  const order = Uint32Array.from({ length: scores.length }, (_, k) => k);
  order.sort((a, b) => scores[a]! - scores[b]!);
  let positives = 0;
  let ranks = 0;
  for (let from = 0, to = 0; from < order.length; from = to) {
    let tied = 0;
    for (to = from; to < order.length && scores[order[to]!] === scores[order[from]!]; to++)
      tied += positive[order[to]!]!;
    if (to === from) return undefined;
    positives += tied;
    // Ranks from 1; those of a tie share their mean.
    ranks += (tied * (from + 1 + to)) / 2;
  }
  const pairs = positives * (order.length - positives);
  return pairs === 0 ? undefined : (ranks - (positives * (positives + 1)) / 2) / pairs;
}
