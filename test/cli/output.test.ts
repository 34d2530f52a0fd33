/** What commands print: with and without a terminal, colours and JSON; and what errors mean. */

import { exitCodeOf, explain } from '../../src/cli/failure.ts';
import { Interrupted, UsageError, untilAborted } from '../../src/cli/command.ts';
import { commandHelp, mainHelp } from '../../src/cli/help.ts';
import { commands } from '../../src/cli/all.ts';
import { grouped, Output, type OutputOptions, printable, table } from '../../src/cli/output.ts';
import {
  BackendError,
  ConvergenceError,
  DivergenceError,
  DtypeError,
  FormatError,
  NonFiniteError,
  OutOfMemoryError,
  RankError,
  ShapeError,
} from '../../src/errors.ts';
import { assert, suite } from '../support/test.ts';

const test = suite('output');

/** What an Output writes. */
function written(options: Partial<OutputOptions>, use: (output: Output) => void): { out: string; err: string } {
  const text = { out: '', err: '' };
  const write = (stream: 'out' | 'err', more: string): void => void (text[stream] += more);
  use(new Output({ json: false, quiet: false, color: false, live: false, width: 20, ...options, write }));
  return text;
}

const all = (output: Output): void => {
  output.progress('first');
  output.progress('second, at once');
  output.note('note');
  output.line(output.bold('line'));
  output.result({ a: 1 });
};

test('lines are results, notes and progress are messages; JSON is instead of lines', () => {
  assert.equal(written({}, all), { out: 'line\n', err: 'first\nnote\n' });
  assert.equal(written({ json: true }, all), { out: '{"schema":1,"a":1}\n', err: 'first\nnote\n' });
  assert.equal(written({ quiet: true }, all), { out: 'line\n', err: '' });
  assert.equal(written({ json: true, quiet: true }, all), { out: '{"schema":1,"a":1}\n', err: '' });
});

test('a terminal has one moving line, cut to its width and cleared before others', () => {
  const { err } = written({ live: true }, (output) => {
    output.progress('a text that is wider than the terminal');
    output.note('note');
  });
  assert.is(err, '\r\u001b[2Ka text that is wide\r\u001b[2Knote\n');
});

test('colours only where asked for', () => {
  assert.is(written({}, all).out.includes('\u001b'), false);
  assert.is(written({ color: true }, all).out, '\u001b[1mline\u001b[22m\n');
});

test('tables align numbers to the right and obey no control characters', () => {
  const lines = table(
    ['name', 'count', 'share'],
    [
      ['a', '1,000', '9.5%'],
      ['b\u001b[2J', '20', '10%'],
    ],
  );
  assert.equal(lines, ['name      count  share', 'a         1,000   9.5%', 'b\\x1b[2J     20    10%']);
  assert.is(printable('a\u0007b\n'), 'a\\x07b\\x0a');
  assert.equal([0, 999, 1000, 1234567].map(grouped), ['0', '999', '1,000', '1,234,567']);
});

test('every class of errors has its exit code, and only surprises show a stack', () => {
  const made = (kind: new (...args: never[]) => Error, op = 'x', options?: ErrorOptions): Error =>
    new (kind as new (...args: unknown[]) => Error)(op, 'rule', 'value', 'remedy', options);
  const codes: [Error, number][] = [
    [new UsageError('usage'), 2],
    [made(RankError), 2],
    [made(FormatError), 3],
    [made(ShapeError), 3],
    [made(DtypeError), 3],
    [made(NonFiniteError, 'openDataset'), 3],
    [made(BackendError, 'writeAtomic', { cause: new Error('ENOSPC') }), 3],
    [made(NonFiniteError, 'train'), 5],
    [made(NonFiniteError, 'saveCheckpoint'), 5],
    [made(DivergenceError), 5],
    [made(ConvergenceError), 5],
    [new OutOfMemoryError('matmul', 8, 4, 10, [2]), 6],
    [new RangeError('Array buffer allocation failed'), 6],
    [new Interrupted(), 130],
    [made(BackendError, 'matmul'), 1],
    [new TypeError('x is not a function'), 1],
  ];
  for (const [error, code] of codes) {
    assert.is(exitCodeOf(error), code, String(error));
    assert.is(explain(error, code).includes('\n    at '), code === 1);
  }
  assert.is(explain(made(FormatError, 'a\u001b[2J'), 3), 'a\\x1b[2J: rule; got value; remedy');
});

test('help has examples before options, and every option', () => {
  const main = mainHelp(commands);
  assert.ok(main.indexOf('Examples') < main.indexOf('Commands'));
  for (const command of commands) {
    assert.ok(main.some((line) => line.includes(`${command.name} `) && line.includes(command.about)));
    const text = commandHelp(command);
    assert.ok(text.indexOf('Examples') < text.indexOf('Options'));
    for (const name of [...Object.keys(command.options), 'help', 'json', 'quiet', 'no-color']) {
      assert.ok(
        text.some((line) => line.includes(`--${name} `) || line.includes(`--${name}  `)),
        name,
      );
    }
  }
});

test('values are taken until the signal comes', () => {
  const stop = new AbortController();
  const taken: number[] = [];
  assert.throws(
    () => {
      for (const x of untilAborted([1, 2, 3], stop.signal)) {
        taken.push(x);
        if (x === 2) stop.abort();
      }
    },
    (error: unknown) => error instanceof Interrupted,
  );
  assert.equal(taken, [1, 2]);
});

test.run();
