/** Records of delimited text (RFC 4180): quotes with "" inside, lines that end in CRLF, LF or CR. */

import { FormatError } from '../errors.ts';
import { showText } from './show.ts';

const QUOTE = 0x22;
const LF = 0x0a;
const CR = 0x0d;

/** The most fields in a record. */
const MOST_FIELDS = 100_000;

export class CsvScanner {
  /** The line the last record started on, from 1. */
  line = 0;
  private readonly op: string;
  private readonly text: string;
  private readonly delimiter: number;
  private at = 0;
  private nextLine = 1;

  constructor(op: string, text: string, delimiter: string) {
    this.op = op;
    this.text = text;
    this.delimiter = delimiter.charCodeAt(0);
  }

  /** The fields of the next record, unquoted ones trimmed, or undefined at the end; blank lines may only come there. */
  next(): string[] | undefined {
    if (this.isBlankToEnd()) return undefined;
    this.line = this.nextLine;
    const fields: string[] = [];
    for (;;) {
      if (fields.length === MOST_FIELDS) throw this.error(`a line has at most ${MOST_FIELDS} fields`, 'more');
      fields.push(this.text.charCodeAt(this.at) === QUOTE ? this.quoted() : this.plain());
      const c = this.text.charCodeAt(this.at++);
      if (c === this.delimiter) continue;
      if (c === CR && this.text.charCodeAt(this.at) === LF) this.at++;
      this.nextLine++;
      return fields;
    }
  }

  error(rule: string, got: string, remedy = 'correct the line'): FormatError {
    return new FormatError(this.op, rule, `${got} on line ${this.line}`, remedy);
  }

  private isBlankToEnd(): boolean {
    let i = this.at;
    while (i < this.text.length && ' \t\r\n'.includes(this.text[i]!)) i++;
    if (i >= this.text.length) return true;
    // Spaces before a field belong to it; a line break here is a blank line within the table.
    const c = this.text.charCodeAt(this.at);
    if (c === LF || c === CR) {
      this.line = this.nextLine;
      throw this.error('blank lines come only at the end', 'one', 'remove it');
    }
    return false;
  }

  private plain(): string {
    const begin = this.at;
    for (; this.at < this.text.length; this.at++) {
      const c = this.text.charCodeAt(this.at);
      if (c === this.delimiter || c === LF || c === CR) break;
    }
    return this.text.slice(begin, this.at).trim();
  }

  private quoted(): string {
    let field = '';
    for (;;) {
      const close = this.text.indexOf('"', this.at + 1);
      if (close < 0) throw this.error('a quoted field is closed', showText(this.text.slice(this.at, this.at + 24)));
      field += this.text.slice(this.at + 1, close);
      this.at = close + 1;
      if (this.text.charCodeAt(this.at) !== QUOTE) break;
      field += '"';
    }
    this.nextLine += field.split('\n').length - 1;
    const c = this.text.charCodeAt(this.at);
    if (this.at < this.text.length && c !== this.delimiter && c !== LF && c !== CR) {
      throw this.error('a delimiter follows the closing quote', showText(this.text.slice(this.at, this.at + 24)));
    }
    return field;
  }
}
