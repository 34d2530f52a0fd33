/**
 * Reader of a table of numbers, and of categories where asked for, with one column of labels: delimited by comma, semicolon or tab, with or without a line
 * of names. Empty fields, NaN and Inf are refused with their line and column. Any failure is a FormatError.
 */

import type { Column } from '../columns.ts';
import { FormatError } from '../errors.ts';
import { type Categories, type CategoryColumn, categoryOf, findCategories, orderCategories } from './csvColumns.ts';
import { classesOf, type Labels, NUMBER } from './csvLabels.ts';
import { CsvScanner } from './csvScanner.ts';
import { showText } from './show.ts';

const OP = 'readCsv';
const MOST_BYTES = 256 * 1024 * 1024;

export interface CsvOptions {
  /** The column of labels: a name, an index that counts from the end when negative, or null for none. Default: the last. */
  readonly label?: string | number | null;
  /** Whether the first line holds names. Default: whether a field of it, labels aside, is no number. */
  readonly header?: boolean;
  /** Default: the one of comma, semicolon and tab that the first line has most. */
  readonly delimiter?: ',' | ';' | '\t';
  /** Reads columns of texts, and those declared here, as categories; without it they are refused. */
  readonly categories?: Categories;
}

export interface CsvTable {
  readonly rows: number;
  readonly columns: number;
  /** The numbers, row-major [rows, columns], without the labels. */
  readonly features: Float32Array;
  /** The class of each row, an index into `classes`; empty without a label column. */
  readonly labels: Int32Array;
  /** The distinct labels: in numeric order if all are whole numbers, else in the order of their characters. */
  readonly classes: readonly string[];
  /** Names of the feature columns, if the file has them. */
  readonly names: readonly string[] | undefined;
  /** What the feature columns are, where categories were asked for. */
  readonly kinds?: readonly Column[];
}

/** Reads a whole file in UTF-8, at most 256 MiB. */
export function readCsv(file: Uint8Array, options: CsvOptions = {}): CsvTable {
  const text = decodeText(file);
  const scanner = new CsvScanner(OP, text, options.delimiter ?? delimiterOf(text));
  const first = scanner.next();
  if (first === undefined) throw new FormatError(OP, 'a table has rows', 'none', 'check that this is the right file');
  const labelled = options.label !== null;
  const at = labelled ? labelColumn(scanner, first, options.label ?? -1) : -1;
  const isNames = options.header ?? (typeof options.label === 'string' || !first.every(isNumberOr(at)));
  const names = isNames ? first.filter((_, k) => k !== at) : undefined;
  const columns = first.length - (labelled ? 1 : 0);
  let features = new Float32Array(Math.max(columns * 1024, 1));
  const labels: Labels = { ids: [], lines: new Map() };
  let rows = 0;
  let found: CategoryColumn[] | undefined;
  for (let record = isNames ? scanner.next() : first; record !== undefined; record = scanner.next()) {
    const row = rows++;
    if (record.length !== first.length) {
      throw scanner.error(`every line has ${first.length} fields`, `${record.length}`);
    }
    if ((row + 1) * columns > features.length) features = grown(features, columns);
    if (labelled) addLabel(scanner, labels, record[at]!);
    const fields = labelled ? record.filter((_, k) => k !== at) : record;
    if (options.categories !== undefined) found ??= findCategories(OP, fields, names, options.categories);
    const to = row * columns;
    const categories = found ?? [];
    let next = 0;
    for (let k = 0; k < columns; k++) {
      const category = categories[next]?.at === k ? categories[next++] : undefined;
      const whole = labelled && k >= at ? k + 1 : k;
      features[to + k] =
        category === undefined
          ? parse(scanner, fields[k]!, whole, names?.[k])
          : categoryOf(category, fields[k]!, (rule, got, remedy) => {
              throw scanner.error(rule, `${got} in column ${whole + 1} (${showText(category.name)})`, remedy);
            });
    }
  }
  if (rows === 0) throw new FormatError(OP, 'a table has rows', 'none below the names', 'add data');
  const table = { rows, columns, features: features.slice(0, rows * columns), names, ...classesOf(OP, labels) };
  return found === undefined ? table : { ...table, kinds: orderCategories(found, names, columns, table.features) };
}

function decodeText(file: Uint8Array): string {
  if (file.length > MOST_BYTES) {
    throw new FormatError(OP, `a file has at most ${MOST_BYTES} bytes`, `${file.length}`, 'convert it to .npy');
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(file);
  } catch (cause) {
    throw new FormatError(OP, 'text is UTF-8', 'other bytes', 'save the table as UTF-8', { cause });
  }
}

/** The delimiter that the first line has most, quoted fields aside; a comma when none. */
function delimiterOf(text: string): string {
  const line = text
    .slice(0, 1_000_000)
    .replace(/"[^"]*"/g, '')
    .split(/[\r\n]/, 1)[0]!;
  const count = (delimiter: string): number => line.split(delimiter).length;
  return [',', ';', '\t'].reduce((best, d) => (count(d) > count(best) ? d : best));
}

function labelColumn(scanner: CsvScanner, first: readonly string[], label: string | number): number {
  const choices = first.map(showText).slice(0, 20).join(', ');
  if (first.length < 2) {
    throw scanner.error('a line has numbers and a label', `${first.length} field`, 'use one of , ; tab as delimiter');
  }
  const at = typeof label === 'string' ? first.indexOf(label) : label < 0 ? label + first.length : label;
  if (typeof label === 'string' && (at < 0 || first.indexOf(label, at + 1) >= 0)) {
    throw scanner.error('the label column is named once', showText(label), `choose one of ${choices}`);
  }
  if (!Number.isInteger(at) || at < 0 || at >= first.length) {
    throw scanner.error(`the label column is one of ${first.length}`, `${label}`, `choose one of ${choices}`);
  }
  return at;
}

const isNumberOr =
  (at: number) =>
  (field: string, k: number): boolean =>
    k === at || NUMBER.test(field);

function addLabel(scanner: CsvScanner, labels: Labels, label: string): void {
  if (label === '' || /^(?:nan|na|null|none)$/i.test(label)) {
    throw scanner.error('every row has a label', showText(label), 'remove the row or label it');
  }
  let known = labels.lines.get(label);
  if (known === undefined) {
    known = { id: labels.lines.size, line: scanner.line };
    labels.lines.set(label, known);
  }
  labels.ids.push(known.id);
}

function parse(scanner: CsvScanner, field: string, k: number, name: string | undefined): number {
  const value = NUMBER.test(field) ? Math.fround(Number(field)) : Number.NaN;
  if (Number.isFinite(value)) return value;
  const where = name === undefined ? `column ${k + 1}` : `column ${k + 1} (${showText(name)})`;
  const got = field === '' ? 'an empty field' : showText(field);
  throw scanner.error('fields are finite f32 numbers with a decimal point', `${got} in ${where}`, 'fill or drop it');
}

function grown(features: Float32Array, columns: number): Float32Array<ArrayBuffer> {
  const larger = new Float32Array(2 * features.length + columns);
  larger.set(features);
  return larger;
}
