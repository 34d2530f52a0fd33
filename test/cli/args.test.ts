/** Options and words of the command line, checked with what helps. */

import fc from 'fast-check';
import { commands } from '../../src/cli/all.ts';
import { parseCommand, suggestion } from '../../src/cli/args.ts';
import type { Values } from '../../src/cli/command.ts';
import { UsageError } from '../../src/cli/command.ts';
import { checkedConfig, prepare, sameData } from '../../src/cli/config.ts';
import { configOf, parseRank, parseWidths } from '../../src/cli/configOf.ts';
import { trainOptions } from '../../src/cli/trainOptions.ts';
import { FormatError, RankError } from '../../src/errors.ts';
import { digits } from '../../src/io/digits.ts';
import { cases } from '../support/hostile.ts';
import { assert, suite } from '../support/test.ts';
import { throws } from '../support/throws.ts';

const test = suite('arguments');

const train = { name: 'train', options: trainOptions };
const parse = (...args: string[]): ReturnType<typeof parseCommand> => parseCommand(train, args);
const values = (...args: string[]): Values => parse(...args).values;
const wrong = (args: string[], message: RegExp): void => throws(() => parse(...args), UsageError, message);

test('options have values of their kind, whichever way they are written', () => {
  const {
    values: given,
    given: names,
    words,
  } = parse('--epochs', '3', '--lr=0.5', '--json', 'a', '--rank=4,8', '--', '-b');
  assert.equal([given.epochs, given.lr, given.json, given.rank], [3, 0.5, true, '4,8']);
  assert.equal([...names], ['epochs', 'lr', 'json', 'rank']);
  assert.equal(words, ['a', '-b']);
  assert.equal([given.batch, given.augment, given.steps, given.quiet], [64, false, undefined, false]);
  assert.is(values('-h').help, true);
  assert.is(values('--seed', '1', '--seed', '2').seed, 2);
  assert.is(values('--format', 'TT-Matrix').format, 'ttMatrix');
});

test('what is mistyped is named with the nearest known word', () => {
  wrong(['--epoch', '3'], /train: the option is known; got --epoch; did you mean --epochs\?/);
  wrong(['--zzzz'], /got --zzzz; see --help/);
  wrong(['-x'], /got -x/);
  wrong(['--constructor'], /got --constructor/);
  wrong(['--model', 'lenet'], /--model is one of mlp, .*; got 'lenet'; did you mean lenet5\?/);
  assert.is(suggestion('trian', ['train', 'demo'], ''), 'did you mean train?');
  assert.is(suggestion('frobnicate', ['train', 'demo'], ''), 'see --help');
});

test('values are checked', () => {
  wrong(['--epochs', '0'], /--epochs is a whole number >= 1; got '0'/);
  wrong(['--epochs', '1.5'], /whole number/);
  wrong(['--epochs', '1e99'], /whole number/);
  wrong(['--lr', 'fast'], /--lr is a number >= 0; got 'fast'/);
  wrong(['--lr', 'NaN'], /got 'NaN'/);
  wrong(['--lr', ''], /--lr has a value; got none/);
  wrong(['--momentum', '1'], />= 0 and <= 0.9999; got '1'/);
  wrong(['--json=1'], /--json takes no value; got '1'; write --json alone/);
  wrong(['--out'], /--out has a value; got none; write --out DIR/);
  wrong(['--out', '--json'], /--out has a value; got none/);
  assert.is(values('--out=--json').out, '--json');
});

test('ranks and widths are read as they are meant', () => {
  assert.equal(
    ['8', '0.1', '4,8,8', 'same', 'params:5000'].map((text) => parseRank(text)),
    [8, 0.1, [4, 8, 8], 'same', { maxParams: 5000 }],
  );
  for (const text of ['', 'x', '-1', '0', '4,,8', 'params:', 'params:x', 'Same', 'NaN']) {
    throws(() => parseRank(text), UsageError, /--rank is an integer, a list/);
  }
  assert.equal(parseWidths('256,128'), [256, 128]);
  for (const text of ['', '0', '1.5', '8,', 'x']) throws(() => parseWidths(text), UsageError, /--widths is a list/);
  throws(() => configOf(values('--widths', '8', '--model', 'lenet5')), UsageError, /--widths belongs to --model mlp/);
});

test('defaults follow from other options', () => {
  assert.is(configOf(values('--optimizer', 'adamw')).settings.learningRate, 0.001);
  assert.is(configOf(values()).settings.learningRate, 0.01);
  const steps = (...args: string[]): number => prepare(configOf(values(...args)), digits()).task.totalSteps;
  assert.is(steps(), 230);
  assert.is(steps('--epochs', '2'), 46);
  assert.is(steps('--steps', '20'), 20);
  assert.is(steps('--steps', '1000'), 1000);
  assert.is(steps('--steps', '1000', '--epochs', '2'), 46);
  assert.is(steps('--batch', '5000'), 10);
});

test('a configuration survives JSON, and others are refused', () => {
  const args = ['--rank', 'params:900', '--widths', '8,4', '--steps', '3', '--data-dir', 'x', '--validation', '0.1'];
  const config = sameData(configOf(values(...args)), digits());
  assert.equal(checkedConfig(JSON.parse(JSON.stringify(config))), config);
  for (const change of [
    { rank: {} },
    { rank: 'more' },
    { rank: [1.5] },
    { settings: null },
    { settings: { ...config.settings, clip: 'x' } },
    { epochs: 0 },
    { seed: -1 },
    { model: ['mlp'] },
    { augment: 1 },
    { other: 1 },
  ]) {
    throws(() => checkedConfig({ ...config, ...change }), FormatError, /loadCheckpoint: config/);
  }
  for (const other of [null, [], 'x', undefined])
    throws(() => checkedConfig(other), FormatError, /config is an object/);
});

test('a run goes on with the data it began with', () => {
  const data = digits();
  const config = sameData(configOf(values()), data);
  assert.equal(sameData(config, data), config);
  const fewer = { ...data, train: { ...data.train, count: 9 } };
  throws(() => sameData(config, fewer), FormatError, /a run goes on with the data it began with/);
});

test('what does not fit the data is refused by the part it concerns', () => {
  const attempt = (...args: string[]): unknown => prepare(configOf(values(...args)), digits());
  throws(() => attempt('--validation', '0.0001'), FormatError, /both parts have examples/);
  const { task } = prepare(configOf(values('--format', 'tt', '--rank', '1.5')), digits());
  throws(() => task.model.init(task.key, ''), RankError, /whole number >= 1, or a fraction/);
});

test('images are augmented, tables are not', () => {
  const config = configOf(values('--augment'));
  const table = { ...digits(), shape: [64], mean: new Array(64).fill(0), std: new Array(64).fill(1) };
  throws(() => prepare(config, table), FormatError, /--augment belongs to images; got \[64\]/);
  assert.is([...prepare(config, digits()).task.batches(0, 22)].length, 1);
});

test('any arguments are read or refused, nothing else', () => {
  const word = fc.oneof(
    fc.constantFrom(...Object.keys(trainOptions).map((name) => `--${name}`), '--', '-', '-h', '--__proto__', '--a=b'),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 6 }), (args) => {
      try {
        configOf(parse(...args).values);
      } catch (error) {
        assert.instance(error, UsageError);
        assert.match((error as Error).message, /^\w+: .+; got .*; .+$/s);
      }
    }),
    cases(500),
  );
});

test('every command has examples that parse and a line about every option', () => {
  for (const { name, options, examples, about, wordCount } of commands) {
    assert.ok(about.length > 10 && examples.length > 0, name);
    for (const option of Object.values(options)) assert.ok(option.about.length > 5);
    for (const [line, what] of examples) {
      const [program, command, ...rest] = line.split(/ (?:>|>>) /)[0]!.split(' ');
      assert.equal([program, command], ['rankwise', name]);
      const { words } = parseCommand({ name, options }, rest);
      assert.ok(words.length >= wordCount[0] && words.length <= wordCount[1], line);
      assert.ok(what.length > 5);
    }
  }
});

test.run();
