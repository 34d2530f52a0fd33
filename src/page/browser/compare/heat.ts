/** Singular values over training: a heat map on a canvas, epochs to the right, values downwards, and the rank on it. */

import type { CompareEpoch, CompareRun } from '../../compareData.ts';

/** Decades below the largest value that have colours of their own. */
export const DECADES = 4;

/** The spectra of one bond by epoch. */
export interface Band {
  readonly path: string;
  readonly bond: string;
  readonly epochs: readonly CompareEpoch[];
}

/** Viridis (Smith & van der Walt 2015) at nine places: even steps of lightness, for all kinds of sight. */
const VIRIDIS = ['440154', '472d7b', '3b528b', '2c728e', '21918c', '28ae80', '5ec962', 'addc30', 'fde725'].map((text) =>
  [0, 2, 4].map((k) => Number.parseInt(text.slice(k, k + 2), 16)),
);

/** A colour of three bytes for a share from 0 to 1. */
export function viridis(share: number): number[] {
  const place = Math.min(1, Math.max(0, share)) * (VIRIDIS.length - 1);
  const k = Math.min(VIRIDIS.length - 2, Math.floor(place));
  return VIRIDIS[k]!.map((from, c) => Math.round(from + (VIRIDIS[k + 1]![c]! - from) * (place - k)));
}

export function bandsOf({ epochs }: CompareRun): Band[] {
  const seen = new Map<string, Band & { epochs: CompareEpoch[] }>();
  for (const epoch of epochs) {
    for (const [path, bonds] of Object.entries(epoch.spectra ?? {})) {
      for (const bond of Object.keys(bonds)) {
        const key = JSON.stringify([path, bond]);
        const band = seen.get(key);
        if (band === undefined) seen.set(key, { path, bond, epochs: [epoch] });
        else band.epochs.push(epoch);
      }
    }
  }
  return [...seen.values()];
}

export const valuesOf = ({ path, bond }: Band, epoch: CompareEpoch): number[] => epoch.spectra?.[path]?.[bond] ?? [];

/** Share of the colours for a value: 1 at the largest of its epoch, 0 at DECADES below. */
const shareOf = (value: number, largest: number): number =>
  value > 0 && largest > 0 ? 1 + Math.log10(value / largest) / DECADES : 0;

/** The text of a map: how many values are above one percent of the largest, first and last. */
export function describe(band: Band): string {
  const counts = [band.epochs[0]!, band.epochs.at(-1)!].map((epoch) => {
    const values = valuesOf(band, epoch);
    return `${values.filter((value) => value > 0.01 * values[0]!).length} of ${values.length}`;
  });
  const [first, last] = [band.epochs[0]!.epoch, band.epochs.at(-1)!.epoch];
  return `Singular values of ${band.path}, ${band.bond}: ${counts[0]} above 1 % of the largest after epoch ${first}, ${counts[1]} after epoch ${last}.`;
}

/** Paints a map: a cell for each epoch and value, a line below the values that the rank keeps, a frame at `marked`. */
export function paint(canvas: HTMLCanvasElement, band: Band, marked?: number): void {
  const deep = Math.max(1, ...band.epochs.map((epoch) => valuesOf(band, epoch).length));
  const ratio = window.devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight].map((size) =>
    Math.max(1, Math.round(size * ratio)),
  );
  Object.assign(canvas, { width, height });
  const pen = canvas.getContext('2d')!;
  const [wide, high] = [width! / band.epochs.length, height! / deep];
  for (const [k, epoch] of band.epochs.entries()) {
    const values = valuesOf(band, epoch);
    for (const [row, value] of values.entries()) {
      pen.fillStyle = `rgb(${viridis(shareOf(value, values[0]!)).join(' ')})`;
      const [left, top] = [Math.floor(k * wide), Math.floor(row * high)];
      pen.fillRect(left, top, Math.floor((k + 1) * wide) - left, Math.floor((row + 1) * high) - top);
    }
  }
  const edge = new Path2D();
  for (const [k, epoch] of band.epochs.entries()) {
    const rank = epoch.ranks[band.path]?.[band.bond];
    if (rank === undefined) continue;
    const top = Math.min(deep, rank) * high - ratio;
    if (k === 0) edge.moveTo(0, top);
    edge.lineTo(k * wide, top);
    edge.lineTo((k + 1) * wide, top);
  }
  for (const [style, size] of [
    ['#000', 4],
    ['#fff', 2],
  ] as const) {
    pen.strokeStyle = style;
    pen.lineWidth = size * ratio;
    pen.stroke(edge);
  }
  if (marked === undefined) return;
  pen.strokeStyle = '#fff';
  pen.lineWidth = 2 * ratio;
  pen.strokeRect(marked * wide + ratio, ratio, Math.max(3 * ratio, wide - 2 * ratio), height! - 2 * ratio);
}
