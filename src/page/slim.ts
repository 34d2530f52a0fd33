/**
 * Data of a comparison as its page carries them: of ranks what changed from the epoch before, of singular values those of
 * the first run of each label, rounded, at as many epochs as a map and the file have room for. `whole` undoes the first.
 */

import type { CompareData, CompareEpoch, CompareRun } from './compareData.ts';

/** Digits of a singular value that a map can show. */
const DIGITS = 4;
/** Columns of a map at the most and, where the file has room, at the least. */
const MOST_COLUMNS = 60;
const LEAST_COLUMNS = 8;
/** Singular values in a file: about seven bytes each. */
const VALUES = 1_000_000;

type Spectra = NonNullable<CompareEpoch['spectra']>;
type Ranks = CompareEpoch['ranks'];

function rounded(spectra: Spectra): Spectra {
  const short = (values: readonly number[]): number[] => values.map((value) => Number(value.toPrecision(DIGITS)));
  const bonds = (of: Spectra[string]): Spectra[string] =>
    Object.fromEntries(Object.entries(of).map(([bond, values]) => [bond, short(values)]));
  return Object.fromEntries(Object.entries(spectra).map(([path, of]) => [path, bonds(of)]));
}

/** The ranks of the weights that changed; a weight that has none any more has no bonds. */
function changes(before: Ranks, now: Ranks): Ranks {
  const gone = Object.keys(before).filter((path) => now[path] === undefined);
  const moved = Object.entries(now).filter(([path, bonds]) => JSON.stringify(before[path]) !== JSON.stringify(bonds));
  return Object.fromEntries([...moved, ...gone.map((path) => [path, {}] as const)]);
}

const countOf = (spectra: Spectra): number =>
  Object.values(spectra).reduce((sum, bonds) => sum + Object.values(bonds).flat().length, 0);

/** Every how many epochs singular values are kept. */
function strideOf({ epochs }: CompareRun, room: number): number {
  const values = epochs.reduce((sum, { spectra }) => sum + (spectra === undefined ? 0 : countOf(spectra)), 0);
  const roomy = Math.max(1, Math.ceil(epochs.length / MOST_COLUMNS));
  return Math.max(roomy, Math.min(Math.ceil(values / room), Math.ceil(epochs.length / LEAST_COLUMNS)));
}

export function slim(data: CompareData): CompareData {
  const labels = new Set(data.runs.map(({ label }) => label));
  const seen = new Set<string>();
  const runs = data.runs.map((run) => {
    const stride = seen.has(run.label) ? Number.POSITIVE_INFINITY : strideOf(run, VALUES / labels.size);
    seen.add(run.label);
    const epochs = run.epochs.map(({ spectra, ...epoch }, k): CompareEpoch => {
      const ranks = changes(run.epochs[k - 1]?.ranks ?? {}, epoch.ranks);
      const keeps = spectra !== undefined && Number.isFinite(stride) && (run.epochs.length - 1 - k) % stride === 0;
      return keeps ? { ...epoch, ranks, spectra: rounded(spectra) } : { ...epoch, ranks };
    });
    return { ...run, epochs };
  });
  return { ...data, runs };
}

/** The data with the ranks of every weight at every epoch. */
export function whole(data: CompareData): CompareData {
  const runs = data.runs.map((run) => {
    let ranks: Ranks = {};
    const epochs = run.epochs.map((epoch): CompareEpoch => {
      const all = Object.entries({ ...ranks, ...epoch.ranks });
      ranks = Object.fromEntries(all.filter(([, bonds]) => Object.keys(bonds).length > 0));
      return { ...epoch, ranks };
    });
    return { ...run, epochs };
  });
  return { ...data, runs };
}
