/**
 * The part of Python's literals that the header of a .npy file uses: a dict from strings to a string, True or False, or
 * a tuple of whole numbers. Nothing nests, nothing is evaluated.
 */

import { FormatError } from '../errors.ts';
import { showText } from './show.ts';

export type Literal = string | boolean | readonly number[];

const TOKEN = /[ \t\r\n]*(?:'([^'\\\n]*)'|"([^"\\\n]*)"|(True|False)\b|(0|[1-9]\d*)(?![\w.])|([{}(),:]))/y;

/** Parses `text`, which is one dict and white space. Throws FormatError under the name `op`. */
export function readDict(op: string, text: string): Map<string, Literal> {
  const scan = new Scanner(op, text);
  const fields = new Map<string, Literal>();
  scan.take('{');
  while (!scan.takes('}')) {
    const key = scan.value();
    if (typeof key !== 'string') throw scan.error('keys are strings', String(key));
    if (fields.has(key)) throw scan.error('a key is given once', `${showText(key)} twice`);
    scan.take(':');
    fields.set(key, scan.value());
    if (!scan.takes(',')) {
      scan.take('}');
      break;
    }
  }
  scan.end();
  return fields;
}

class Scanner {
  private readonly op: string;
  private readonly text: string;
  private readonly token = new RegExp(TOKEN);
  private at = 0;

  constructor(op: string, text: string) {
    this.op = op;
    this.text = text;
  }

  error(rule: string, got: string): FormatError {
    return new FormatError(this.op, rule, got, 'save the file again from NumPy as a plain array of numbers');
  }

  /** Passes over `mark` if it comes next. */
  takes(mark: string): boolean {
    const before = this.at;
    if (this.next()?.[5] === mark) return true;
    this.at = before;
    return false;
  }

  take(mark: string): void {
    const before = this.at;
    if (!this.takes(mark)) throw this.error(`the header has '${mark}' here`, this.found(before));
  }

  value(): Literal {
    const before = this.at;
    const token = this.next();
    if (token?.[3] !== undefined) return token[3] === 'True';
    if (token?.[5] === '(') return this.tuple();
    const text = token?.[1] ?? token?.[2];
    if (text === undefined) throw this.error('values are text, True, False or a tuple of sizes', this.found(before));
    return text;
  }

  end(): void {
    const rest = this.text.slice(this.at).trimEnd();
    if (rest !== '') throw this.error('only white space follows the header', this.found(this.at));
  }

  /** Whole numbers up to the closing bracket; `(3,)` has the comma that Python asks for. */
  private tuple(): number[] {
    const numbers: number[] = [];
    while (!this.takes(')')) {
      const before = this.at;
      const digits = this.next()?.[4];
      const value = Number(digits);
      if (digits === undefined || !Number.isSafeInteger(value)) {
        throw this.error('sizes are whole numbers below 2^53', this.found(before));
      }
      numbers.push(value);
      if (this.takes(',')) continue;
      if (numbers.length === 1) throw this.error('a tuple of one size ends with a comma', `(${value})`);
      this.take(')');
      break;
    }
    return numbers;
  }

  private next(): RegExpExecArray | undefined {
    this.token.lastIndex = this.at;
    const found = this.token.exec(this.text) ?? undefined;
    if (found !== undefined) this.at = this.token.lastIndex;
    return found;
  }

  private found(at: number): string {
    return at >= this.text.length ? 'the end' : `${showText(this.text.slice(at, at + 16))} at character ${at}`;
  }
}
