/**
 * A strict scanner of JSON in bytes (RFC 8259) for file headers: objects, arrays, strings and whole numbers only.
 * The caller drives it by the grammar it expects, so nothing is built that was not asked for and nothing nests deeper.
 * Unlike JSON.parse it refuses a key given twice, `4.0`, `1e3`, `-0`, numbers beyond 2^53, lone surrogates and bad UTF-8.
 */

import { FormatError } from '../errors.ts';
import { showText } from './show.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

const ESCAPES = '"\\/bfnrt';
const ESCAPED = '"\\/\b\f\n\r\t';
const LONE_SURROGATE = /\p{Surrogate}/u;

export class HeaderScanner {
  private readonly op: string;
  private readonly bytes: Uint8Array;
  private readonly utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  private at = 0;

  /** Scans all of `bytes`; `op` opens every message. */
  constructor(op: string, bytes: Uint8Array) {
    this.op = op;
    this.bytes = bytes;
  }

  /** An error about the header's content. */
  error(rule: string, got: string, remedy = 'write the file again with a tool that keeps to the format'): FormatError {
    return new FormatError(this.op, rule, got, remedy);
  }

  /** An object; `entry` is called at each value and must read it whole. Keys are distinct and at most 4096 bytes. */
  object(entry: (key: string) => void): void {
    const keys = new Set<string>();
    this.take(OPEN_OBJECT, 'an object');
    if (this.next() === CLOSE_OBJECT) {
      this.at++;
      return;
    }
    for (;;) {
      const key = this.string(4096);
      if (keys.has(key)) throw this.error('a key is given once', `${showText(key)} twice`);
      keys.add(key);
      this.take(COLON, "':'");
      entry(key);
      if (this.next() !== COMMA) break;
      this.at++;
    }
    this.take(CLOSE_OBJECT, "',' or '}'");
  }

  /** An array; `item` is called at each item and must read it whole. */
  array(item: () => void): void {
    this.take(OPEN_LIST, 'an array');
    if (this.next() === CLOSE_LIST) {
      this.at++;
      return;
    }
    for (;;) {
      item();
      if (this.next() !== COMMA) break;
      this.at++;
    }
    this.take(CLOSE_LIST, "',' or ']'");
  }

  /** A whole number in 0..2^53-1, in digits alone. */
  integer(): number {
    const first = this.next();
    const start = this.at;
    while (isDigit(this.bytes[this.at])) this.at++;
    const length = this.at - start;
    const after = this.bytes[this.at];
    const plain = length > 0 && length <= 16 && (length === 1 || first !== 0x30);
    if (!plain || after === 0x2e || after === 0x45 || after === 0x65) {
      throw this.error('numbers here are whole, at least 0 and below 2^53', this.found(start));
    }
    let value = 0;
    for (let i = start; i < this.at; i++) value = value * 10 + (this.bytes[i]! - 0x30);
    if (!Number.isSafeInteger(value)) {
      throw this.error('numbers here are whole, at least 0 and below 2^53', this.found(start));
    }
    return value;
  }

  /** A string of at most `maxBytes` bytes as written. */
  string(maxBytes: number): string {
    this.take(QUOTE, 'a string');
    const begin = this.at;
    let text = '';
    let from = begin;
    for (;;) {
      const c = this.bytes[this.at];
      if (c === undefined || c < 0x20)
        throw this.error('strings are closed and without control characters', this.found());
      if (this.at - begin > maxBytes) throw this.error(`this string has at most ${maxBytes} bytes`, this.found(begin));
      if (c === QUOTE) break;
      if (c === BACKSLASH) {
        text += this.decode(from, this.at) + this.escape();
        from = this.at;
      } else this.at++;
    }
    text += this.decode(from, this.at++);
    // Only an escape can make one: the decoder refuses them in UTF-8.
    if (from > begin && LONE_SURROGATE.test(text)) throw this.error('text has no lone surrogates', showText(text));
    return text;
  }

  /** The end: nothing but spaces may follow. */
  end(): void {
    while (this.bytes[this.at] === 0x20) this.at++;
    if (this.at < this.bytes.length) throw this.error('only spaces follow the header', this.found());
  }

  private decode(from: number, to: number): string {
    if (from === to) return '';
    try {
      return this.utf8.decode(this.bytes.subarray(from, to));
    } catch (cause) {
      throw new FormatError(this.op, 'text is UTF-8', this.found(from), 'write the header in UTF-8', { cause });
    }
  }

  private escape(): string {
    const c = this.bytes[this.at + 1];
    const plain = c === undefined ? -1 : ESCAPES.indexOf(String.fromCharCode(c));
    if (plain >= 0) {
      this.at += 2;
      return ESCAPED[plain]!;
    }
    let code = 0;
    for (let k = 2; k < 6; k++) code = code * 16 + hexOf(this.bytes[this.at + k]);
    if (c !== 0x75 || Number.isNaN(code)) throw this.error('an escape is one that JSON has', this.found());
    this.at += 6;
    return String.fromCharCode(code);
  }

  /** The next byte that is not white space. */
  private next(): number | undefined {
    for (;;) {
      const c = this.bytes[this.at];
      if (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09) return c;
      this.at++;
    }
  }

  private take(byte: number, what: string): void {
    if (this.next() !== byte) throw this.error(`the header has ${what} here`, this.found());
    this.at++;
  }

  private found(at = this.at): string {
    if (at >= this.bytes.length) return `the end at byte ${at}`;
    const text = String.fromCharCode(...this.bytes.subarray(at, at + 16));
    return `${showText(text)} at byte ${at}`;
  }
}

function isDigit(c: number | undefined): boolean {
  return c !== undefined && c >= 0x30 && c <= 0x39;
}

function hexOf(c: number | undefined): number {
  const value = c === undefined ? -1 : '0123456789abcdefABCDEF'.indexOf(String.fromCharCode(c));
  return value < 0 ? Number.NaN : value < 16 ? value : value - 6;
}
