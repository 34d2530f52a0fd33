/** The self-contained HTML report of `rankwise compare`. To import it is to load the page's text: import it when asked. */

import { compareHtml } from '#page';
import type { CompareData, CompareEpoch, CompareRun } from '../page/compareData.ts';

/** Digits of a singular value that a map can show, and columns that it has room for. */
const DIGITS = 4;
const COLUMNS = 60;

type Spectra = NonNullable<CompareEpoch['spectra']>;

function rounded(spectra: Spectra): Spectra {
  const short = (values: readonly number[]): number[] => values.map((value) => Number(value.toPrecision(DIGITS)));
  const bonds = (of: Spectra[string]): Spectra[string] =>
    Object.fromEntries(Object.entries(of).map(([bond, values]) => [bond, short(values)]));
  return Object.fromEntries(Object.entries(spectra).map(([path, of]) => [path, bonds(of)]));
}

/** A run with spectra at no more epochs than there are columns, the last among them; or with none. */
function slim(run: CompareRun, keeps: boolean): CompareRun {
  const stride = Math.ceil(run.epochs.length / COLUMNS);
  const epochs = run.epochs.map(({ spectra, ...epoch }, k): CompareEpoch => {
    if (!keeps || spectra === undefined || (run.epochs.length - 1 - k) % stride !== 0) return epoch;
    return { ...epoch, spectra: rounded(spectra) };
  });
  return { ...run, epochs };
}

/**
 * The page as a text. Its data is JSON in which no text can end the element that holds it. Of the runs that share a label
 * the first one's singular values are in it, at up to 60 epochs: all of them would make files of tens of megabytes.
 */
export function comparePage(data: CompareData): string {
  const seen = new Set<string>();
  const runs = data.runs.map((run) => {
    const isFirst = !seen.has(run.label);
    seen.add(run.label);
    return slim(run, isFirst);
  });
  const text = JSON.stringify({ ...data, runs }).replaceAll('<', '\\u003c');
  return compareHtml.replace('"/*data*/"', () => text);
}
