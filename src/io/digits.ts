/**
 * The embedded data set: 1,797 handwritten digits of 8 x 8 pixels with values 0 to 16. From "Optical Recognition of
 * Handwritten Digits" (E. Alpaydin, C. Kaynak, UCI Machine Learning Repository, 1998, doi 10.24432/C50P49), CC BY 4.0.
 */

import { type Dataset, gatherSplit, makeDataset, type Split } from './dataset.ts';
import { DIGIT_LABELS, DIGIT_PIXELS } from './digitsData.ts';

const COUNT = 1797;
const TRAIN = 1437;

/** The first 1,437 images train, the last 360 test. Images are [1, 8, 8]. */
export function digits(): Dataset {
  const images = new Uint8Array(64 * COUNT);
  const pixels = DIGIT_PIXELS.join('');
  for (let i = 0; i < images.length; i++) {
    // The letters of an image go down its columns.
    const k = i & 63;
    images[i - k + 8 * (k & 7) + (k >> 3)] = pixels.charCodeAt(i) - 97;
  }
  const labels = Int32Array.from(DIGIT_LABELS, Number);
  const all: Split = { count: COUNT, images, labels };
  const range = (begin: number, end: number): Split =>
    gatherSplit(
      all,
      Int32Array.from({ length: end - begin }, (_, k) => begin + k),
    );
  return makeDataset({
    name: 'digits',
    shape: [1, 8, 8],
    classes: 10,
    train: range(0, TRAIN),
    test: range(TRAIN, COUNT),
  });
}
