/** `rankwise doctor`: whether this machine runs rankwise, to the same bits as all others and as accurately as promised. */

import { checkContract, quickSizes } from '../accuracy/contract.ts';
import { backend } from '../backend/current.ts';
import { probeNames, trainingHash } from '../train/probe.ts';
import { expectedHashes } from '../train/probeHashes.ts';
import { tellAccuracy } from './accuracy.ts';
import { type Command, Exit } from './command.ts';
import { type Output, table } from './output.ts';

function runtime(): string {
  const { Deno, Bun } = globalThis as { Deno?: { version: { deno: string } }; Bun?: { version: string } };
  if (Deno !== undefined) return `Deno ${Deno.version.deno}`;
  if (Bun !== undefined) return `Bun ${Bun.version}`;
  return `Node ${process.versions.node}`;
}

const machine = (): { runtime: string; platform: string } => ({
  runtime: runtime(),
  platform: `${process.platform} ${process.arch}`,
});

function accuracy(output: Output): number {
  const began = performance.now();
  const result = checkContract({
    sizes: quickSizes,
    onCase: ({ type }) => output.progress(`factorizing ${type}`),
  });
  const seconds = (performance.now() - began) / 1000;
  return tellAccuracy(output, result, { ...machine(), backend: backend().name, seconds });
}

export const doctor: Command = {
  name: 'doctor',
  about: 'check this runtime: kernels, memory, and that training gives the bits it gives everywhere',
  wordCount: [0, 0],
  options: {
    accuracy: { kind: 'flag', about: 'instead factorize hard matrices, and compare the errors with the contract' },
  },
  examples: [
    ['rankwise doctor', 'a line a check; exit code 4 where one fails'],
    ['rankwise doctor --accuracy', 'a line a ratio; exit code 4 where one is above the contract'],
  ],
  async run({ output, values }) {
    if (values.accuracy === true) return accuracy(output);
    const began = performance.now();
    const checks: { check: string; found: string; expected: string; ok: boolean }[] = [];
    for (const name of probeNames) {
      output.progress(`training ${name}`);
      const found = await trainingHash(name);
      const expected = expectedHashes[name] ?? 'unknown';
      checks.push({ check: `20 steps of ${name}`, found, expected, ok: found === expected });
    }
    const on = backend();
    const { capacity, peak } = on.stats();
    const seconds = (performance.now() - began) / 1000;
    const ok = checks.every((check) => check.ok);
    const facts = {
      ...machine(),
      backend: on.name,
      capacity,
      peak,
    };
    output.result({ ok, ...facts, checks, seconds });
    output.line(`${facts.runtime} on ${facts.platform}, backend ${facts.backend}`);
    output.line(
      `linear memory ${(capacity / 2 ** 20).toFixed(1)} MiB, at most in use ${(peak / 2 ** 20).toFixed(1)} MiB`,
    );
    const cells = checks.map((c) => [c.check, c.found, c.expected, c.ok ? 'ok' : 'differs']);
    for (const line of table(['check', 'hash', 'expected', ''], cells)) output.line(line);
    output.line(
      ok
        ? 'Same seed, same bits: as on every other runtime.'
        : 'The bits differ: please report this with the output above.',
    );
    return ok ? Exit.ok : Exit.target;
  },
};
