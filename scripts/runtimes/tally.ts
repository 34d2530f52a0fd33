/** Counts what passed, failed and was skipped, and says each as it comes. */

export class Tally {
  passed = 0;
  failed = 0;
  skipped = 0;
  readonly #write: (text: string) => void;

  constructor(write: (text: string) => void = (text) => void process.stdout.write(text)) {
    this.#write = write;
  }

  pass(name: string, detail = ''): void {
    this.passed++;
    this.#write(`ok   ${name}${detail === '' ? '' : `: ${detail}`}\n`);
  }

  fail(name: string, ...lines: readonly string[]): void {
    this.failed++;
    this.#write(`FAIL ${name}\n${lines.map((line) => `     ${line.replaceAll('\n', '\n     ')}\n`).join('')}`);
  }

  skip(name: string, reason: string): void {
    this.skipped++;
    this.#write(`skip ${name}: ${reason}\n`);
  }

  /** Passes where `problems` is empty. */
  check(name: string, problems: readonly string[], detail = ''): void {
    if (problems.length === 0) this.pass(name, detail);
    else this.fail(name, ...problems);
  }

  /** Runs one test; what it throws is its failure. */
  async guard(name: string, body: () => Promise<void>): Promise<void> {
    try {
      await body();
    } catch (error) {
      const { message = String(error), stack = '' } = error instanceof Error ? error : {};
      this.fail(name, message, stack.split('\n').find((line) => /^\s+at /.test(line)) ?? '');
    }
  }

  /** The last line. */
  get summary(): string {
    return `${this.passed} passed, ${this.failed} failed, ${this.skipped} skipped`;
  }
}
