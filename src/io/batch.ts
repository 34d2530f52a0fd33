/**
 * From examples as stored to a batch as a network takes it: chosen, flipped and shifted if asked, and normalised to
 * (value - mean) / std by channel. What happens to an example depends on seed, epoch and index alone.
 */

import { ShapeError } from '../errors.ts';
import { fold, type Key, key, philox } from '../random.ts';
import { showShape, sizeOf } from '../shape.ts';
import { type Dataset, planeOf, type Split } from './dataset.ts';
import { below } from './shuffle.ts';

/** Random changes of images [channels, height, width] that keep their class. */
export interface Augment {
  /** Mirror half of the images left to right. */
  readonly flip?: boolean;
  /** Pad with zeros on all sides by this many pixels and cut the size out again at a random place. */
  readonly crop?: number;
  readonly seed: number;
  readonly epoch: number;
}

/** A Dataset serves as options without augmentation. */
export interface AssembleOptions extends Pick<Dataset, 'shape' | 'mean' | 'std'> {
  readonly augment?: Augment;
}

export interface Batch {
  /** Row-major [batch, ...shape]. */
  readonly images: Float32Array;
  /** [batch]. */
  readonly labels: Int32Array;
}

const OP = 'assemble';

/** The examples at `indices` as a batch. ShapeError for an empty batch or an index that is not there. */
export function assemble(split: Split, indices: Int32Array, options: AssembleOptions): Batch {
  const { shape, augment } = options;
  checkIndices(split, indices, options);
  const size = sizeOf(shape);
  const images = new Float32Array(indices.length * size);
  const labels = new Int32Array(indices.length);
  const put = writerOf(split, options);
  const by = augment === undefined ? undefined : fold(key(augment.seed), 'augment', augment.epoch);
  indices.forEach((index, to) => {
    labels[to] = split.labels[index]!;
    const out = images.subarray(to * size, (to + 1) * size);
    if (augment === undefined || by === undefined) put(index, out, 0, 0, false);
    else place(put, index, out, augment, by);
  });
  return { images, labels };
}

function checkIndices(split: Split, indices: Int32Array, { shape, augment }: AssembleOptions): void {
  if (indices.length === 0) throw new ShapeError(OP, 'a batch has examples', 'none', 'choose at least one');
  if (split.images.length !== split.count * sizeOf(shape)) {
    const got = `${showShape(shape)} for ${split.images.length / split.count} values each`;
    throw new ShapeError(OP, 'the shape is that of an example', got, "pass the data set's shape");
  }
  const bad = indices.find((index) => index < 0 || index >= split.count);
  if (bad !== undefined) {
    throw new ShapeError(OP, `indices are 0 to ${split.count - 1}`, `${bad}`, 'choose examples of this split');
  }
  if (augment === undefined) return;
  const crop = augment.crop ?? 0;
  if (shape.length !== 3 || !Number.isInteger(crop) || crop < 0) {
    const got = `${showShape(shape)} and crop ${crop}`;
    throw new ShapeError(
      OP,
      'images to augment are [channels, height, width], crop a whole number',
      got,
      'leave it out',
    );
  }
}

/** Writes example `index`, moved down by dy and right by dx, mirrored first if asked, into `out`. */
type Put = (index: number, out: Float32Array, dy: number, dx: number, flip: boolean) => void;

function place(put: Put, index: number, out: Float32Array, augment: Augment, by: Key): void {
  const { lo, hi } = fold(by, index);
  const words = philox([0, 0, 0, 0], lo, hi);
  const crop = augment.crop ?? 0;
  const [dy, dx] = [below(words[1], 2 * crop + 1) - crop, below(words[2], 2 * crop + 1) - crop];
  put(index, out, dy, dx, augment.flip === true && words[0] < 0);
}

function writerOf(split: Split, { shape, mean, std }: AssembleOptions): Put {
  const { images } = split;
  const plane = planeOf(shape);
  const size = sizeOf(shape);
  const width = shape[2] ?? plane;
  const height = width === 0 ? 0 : plane / width;
  const channels = shape[0] ?? 1;
  const norm = (value: number, c: number): number => (value - mean[c]!) / std[c]!;
  // Pixels are looked up where that saves divisions; the bits are those of computing.
  const isTabled = images instanceof Uint8Array && plane >= 64;
  const table = Float32Array.from({ length: isTabled ? 256 * channels : 0 }, (_, k) => norm(k & 255, k >> 8));
  const line = (from: number, c: number, out: Float32Array, to: number, count: number, step: number): void => {
    if (isTabled) {
      for (let x = 0; x < count; x++, from += step) out[to + x] = table[256 * c + images[from]!]!;
    } else {
      for (let x = 0; x < count; x++, from += step) out[to + x] = norm(images[from]!, c);
    }
  };
  return (index, out, dy, dx, flip) => {
    for (let c = 0; c < channels; c++) {
      if (dy !== 0 || dx !== 0) out.fill(norm(0, c), c * plane, (c + 1) * plane);
      const begin = Math.max(0, dx);
      const count = Math.min(width, width + dx) - begin;
      const first = flip ? width - 1 - (begin - dx) : begin - dx;
      for (let y = Math.max(0, dy); y < Math.min(height, height + dy); y++) {
        const row = index * size + c * plane + (y - dy) * width;
        line(row + first, c, out, c * plane + y * width + begin, count, flip ? -1 : 1);
      }
    }
  };
}
