/** Data [outer, channels, inner] by channel: how the batch norms cut their work, and the order in which they add. */

import type { RealArray } from '../dtype.ts';
import type { Random, Round } from './kernel.ts';
import { laneSum, lanesOf } from './lanes.ts';
import { numbers } from './samples.ts';

interface ChannelSizes {
  readonly outer: number;
  readonly channels: number;
  readonly inner: number;
}

/** Channels in a piece where inner is 1; assembly/nn/batchNorm.ts has the same. */
const CHANNELS = 16;

/** A piece is a channel, or 16 neighbours where inner is 1. */
export function channelPieces({ channels, inner }: ChannelSizes): number {
  return inner === 1 ? Math.ceil(channels / CHANNELS) : channels;
}

/** Calls `each` for the channels of pieces [begin, end). */
export function eachChannel(a: ChannelSizes & { begin: number; end: number }, each: (c: number) => void): void {
  const [first, end] = a.inner === 1 ? [a.begin * CHANNELS, a.end * CHANNELS] : [a.begin, a.end];
  for (let c = first; c < Math.min(end, a.channels); c++) each(c);
}

/** The offsets of channel c, run by run. */
export function eachOffset(a: ChannelSizes, c: number, each: (i: number) => void): void {
  for (let o = 0; o < a.outer; o++) for (let i = 0; i < a.inner; i++) each((o * a.channels + c) * a.inner + i);
}

/** Sum over channel c of term(offset): a lane sum for each run, runs in order. */
export function channelSum(
  a: ChannelSizes,
  c: number,
  { like, term, round }: { like: RealArray; term: (i: number) => number; round: Round },
): number {
  let sum = 0;
  for (let o = 0; o < a.outer; o++) {
    const first = (o * a.channels + c) * a.inner;
    sum = round(sum + laneSum(a.inner, lanesOf(like), (i) => term(first + i), round));
  }
  return sum;
}

/** Cases of the batch norms: [outer, channels, inner, affine 0 or 1]. */
export const channelCases: readonly (readonly number[])[] = [
  [1, 1, 1, 1],
  [2, 3, 1, 0],
  [64, 37, 1, 1],
  [1, 2, 5, 1],
  [3, 4, 16, 1],
  [2, 3, 23, 0],
  [5, 2, 49, 1],
  [16, 20, 144, 1],
];

/** Data of all channels. */
export const channelNumbers = ({ outer, channels, inner }: ChannelSizes, random: Random): Float64Array =>
  numbers(outer * channels * inner, random);
