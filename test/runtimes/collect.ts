/**
 * Stands in for test/support/test.ts in bundles: suites are collected when their files are evaluated, and run when a
 * runtime has said hello. No files, no processes, no timers.
 */

export * as assert from 'uvu/assert';

type Body = () => unknown;

interface Suite {
  readonly name: string;
  readonly cases: readonly (readonly [name: string, body: Body])[];
}

/** Registers a case; `run` hands the suite over. */
export interface Test {
  (name: string, body: Body): void;
  run(): void;
}

const suites: Suite[] = [];

export function suite(name: string): Test {
  const cases: [string, Body][] = [];
  const add = (title: string, body: Body): void => {
    cases.push([title, body]);
  };
  return Object.assign(add, { run: () => void suites.push({ name, cases }) });
}

export const test: Test = suite('laws');

export interface Laws {
  readonly suites: number;
  readonly passed: number;
  /** A line for each case that failed. */
  readonly failed: readonly string[];
}

/** Runs all suites that were handed over, in order. */
export async function runLaws(): Promise<Laws> {
  let passed = 0;
  const failed: string[] = [];
  for (const { name, cases } of suites) {
    for (const [title, body] of cases) {
      try {
        await body();
        passed++;
      } catch (cause) {
        failed.push(`${name}: ${title}: ${cause instanceof Error ? cause.message : String(cause)}`);
      }
    }
  }
  return { suites: suites.length, passed, failed };
}
