/**
 * Where a command prints: results to standard output, messages and progress to standard error. No colour and no moving
 * line without a terminal; there a plain line appears every ten seconds instead.
 */

export interface OutputOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly color: boolean;
  /** Whether standard error is a terminal. */
  readonly live: boolean;
  /** Columns of the terminal. */
  readonly width: number;
  write(stream: 'out' | 'err', text: string): void;
}

const PLAIN_MS = 10_000;
const LIVE_MS = 100;

export class Output {
  readonly options: OutputOptions;
  #shown = false;
  #last = 0;

  constructor(options: OutputOptions) {
    this.options = options;
  }

  /** A line of the result; not with --json. */
  line(text = ''): void {
    this.#clear();
    if (!this.options.json) this.options.write('out', `${text}\n`);
  }

  /** The one JSON object of --json. `schema` grows when a field changes its meaning or goes away. */
  result(value: Readonly<Record<string, unknown>>): void {
    this.#clear();
    if (this.options.json) this.options.write('out', `${JSON.stringify({ schema: 1, ...value })}\n`);
  }

  /** A message beside the result. */
  note(text: string): void {
    this.#clear();
    if (!this.options.quiet) this.options.write('err', `${text}\n`);
  }

  /** The state of a long computation; each replaces the one before. */
  progress(text: string): void {
    if (this.options.quiet) return;
    const now = Date.now();
    if (now - this.#last < (this.options.live ? LIVE_MS : PLAIN_MS)) return;
    this.#last = now;
    if (!this.options.live) this.options.write('err', `${text}\n`);
    else {
      this.options.write('err', `\r\u001b[2K${text.slice(0, this.options.width - 1)}`);
      this.#shown = true;
    }
  }

  // Not util.styleText: it asks the stream of its own thread whether that is a terminal.
  bold(text: string): string {
    return this.options.color ? `\u001b[1m${text}\u001b[22m` : text;
  }

  dim(text: string): string {
    return this.options.color ? `\u001b[2m${text}\u001b[22m` : text;
  }

  /** Ends the moving line. */
  #clear(): void {
    if (this.#shown) this.options.write('err', '\r\u001b[2K');
    this.#shown = false;
  }
}

/** Rows under headings; numbers are right-aligned. Control characters in cells are shown, not obeyed. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const clean = rows.map((row) => row.map(printable));
  const widths = headings.map((heading, k) => Math.max(heading.length, ...clean.map((row) => row[k]!.length)));
  const numeric = headings.map(
    (_, k) => clean.length > 0 && clean.every((row) => /^[-+]?[\d.,]*[%xs]?$|^-$/.test(row[k]!)),
  );
  const print = (row: readonly string[]): string =>
    row
      .map((cell, k) => (numeric[k] ? cell.padStart(widths[k]!) : cell.padEnd(widths[k]!)))
      .join('  ')
      .trimEnd();
  return [print(headings), ...clean.map(print)];
}

/** Text without control characters, so that a name from a file cannot steer the terminal. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** 1234567 as 1,234,567. */
export function grouped(n: number): string {
  return String(Math.round(n)).replace(/\B(?=(\d{3})+$)/g, ',');
}
