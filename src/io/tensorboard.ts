/**
 * Event files of TensorBoard. A file is a sequence of TFRecords: u64 length, masked CRC-32C of the length, payload, masked
 * CRC-32C of the payload, little-endian (tensorflow/core/lib/io/record_writer.h). Payloads are Event messages
 * (event.proto, summary.proto); the first says 'brain.Event:2', each later one holds one scalar or histogram.
 */

import { FormatError } from '../errors.ts';
import { crc32c } from './crc32c.ts';
import { bytesField, doubleField, doublesField, floatField, intField, joined, textField } from './protobuf.ts';

/** What is written of a run: what it was at the ends of its epochs. */
export interface LoggedRun {
  readonly epochs: readonly LoggedEpoch[];
}

export interface LoggedEpoch {
  /** Steps taken since the run began, and the events' step. */
  readonly step: number;
  /** Since the run began. */
  readonly seconds: number;
  readonly loss: number;
  readonly validationAccuracy?: number;
  readonly parameters: number;
  /** By weight and bond. */
  readonly ranks: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly spectra?: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>;
}

/** A name under which TensorBoard finds an event file: it looks for 'tfevents', and sorts files of one folder by name. */
export const EVENT_FILE = 'events.out.tfevents.0.rankwise';

function little(value: number, bytes: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(bytes));
  view.setUint32(0, value, true);
  return new Uint8Array(view.buffer);
}

/** Rotated and shifted: a CRC of data that holds CRCs is weak (tensorflow/core/lib/hash/crc32c.h). */
function maskedCrc(bytes: Uint8Array): Uint8Array {
  const crc = crc32c(bytes);
  return little((((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0, 4);
}

function record(payload: Uint8Array): Uint8Array {
  const length = little(payload.length, 8);
  return joined([length, maskedCrc(length), payload, maskedCrc(payload)]);
}

function eventOf({ step, seconds }: LoggedEpoch, value: Uint8Array): Uint8Array {
  return record(joined([doubleField(1, seconds), intField(2, step), bytesField(5, bytesField(1, value))]));
}

function scalar(tag: string, value: number): Uint8Array {
  return joined([textField(1, tag), floatField(2, value)]);
}

/** Upper ends of buckets: TensorFlow's powers of 1.1 from 1e-12 up (tensorflow/core/lib/histogram/histogram.cc). */
function limitsOf(largest: number): number[] {
  const limits = [1e-12];
  while (limits.at(-1)! <= largest && limits.length < 800) limits.push(limits.at(-1)! * 1.1);
  if (limits.at(-1)! <= largest) limits.push(Number.MAX_VALUE);
  return limits;
}

/** Values of zero and more, as a HistogramProto; buckets before the first and after the last used one are left out. */
function histogram(tag: string, values: readonly number[]): Uint8Array {
  const [least, largest] = [Math.min(...values), Math.max(...values)];
  const limits = limitsOf(largest);
  const counts = new Array<number>(limits.length).fill(0);
  for (const value of values) counts[limits.findIndex((limit) => value < limit || limit === Number.MAX_VALUE)]!++;
  const first = counts.findIndex((count) => count > 0);
  const proto = joined([
    doubleField(1, least),
    doubleField(2, largest),
    doubleField(3, values.length),
    doubleField(
      4,
      values.reduce((sum, value) => sum + value, 0),
    ),
    doubleField(
      5,
      values.reduce((sum, value) => sum + value * value, 0),
    ),
    doublesField(6, limits.slice(first)),
    doublesField(7, counts.slice(first)),
  ]);
  return joined([textField(1, tag), bytesField(5, proto)]);
}

/** The summaries of an epoch, one an event. */
function valuesOf({ loss, validationAccuracy, parameters, ranks, spectra }: LoggedEpoch): Uint8Array[] {
  const values = [scalar('train/loss', loss)];
  if (validationAccuracy !== undefined) values.push(scalar('validation/accuracy', validationAccuracy));
  values.push(scalar('parameters', parameters));
  for (const [path, bonds] of Object.entries(ranks)) {
    for (const [bond, rank] of Object.entries(bonds)) values.push(scalar(`rank/${path}/${bond}`, rank));
  }
  for (const [path, bonds] of Object.entries(spectra ?? {})) {
    for (const [bond, spectrum] of Object.entries(bonds)) {
      const finite = spectrum.filter((value) => value >= 0 && value < Infinity);
      if (finite.length > 0) values.push(histogram(`sv/${path}/${bond}`, finite));
    }
  }
  return values;
}

/**
 * The event file of a run: at the end of each epoch train/loss, validation/accuracy, parameters, rank/<weight>/<bond>, and
 * sv/<weight>/<bond> as histograms of singular values. wall_time is the run's own seconds since it began, so that a log
 * makes one file, byte for byte, whenever it is written; TensorBoard's relative times are right, its dates are those of
 * 1970. Scalars are singles. A step that is no safe integer from 0 up is a FormatError.
 */
export function tensorboardOf({ epochs }: LoggedRun): Uint8Array {
  const parts = [record(textField(3, 'brain.Event:2'))];
  for (const epoch of epochs) {
    if (!Number.isSafeInteger(epoch.step) || epoch.step < 0) {
      throw new FormatError('tensorboardOf', 'steps are whole and not negative', String(epoch.step), 'repair the log');
    }
    for (const value of valuesOf(epoch)) parts.push(eventOf(epoch, value));
  }
  return joined(parts);
}
