/** Files that are nearly models, or forged: each is refused by name, and nothing else happens. */

import fc from 'fast-check';
import { lowRankWeight, type MakeWeight } from '../../src/formats/make.ts';
import { decodeTensor, readSafetensors, writeSafetensors } from '../../src/io/safetensors.ts';
import { modelNamed } from '../../src/nn/models/all.ts';
import { key } from '../../src/random.ts';
import { loadModel, type ModelSpec, saveModel } from '../../src/train/modelFile.ts';
import { cases, nearly, readOrRefuse, refuses } from '../support/hostile.ts';
import { assert, suite } from '../support/test.ts';

const test = suite('hostile model file');

const spec: ModelSpec = {
  model: 'mlp',
  input: [1, 8, 8],
  classes: 10,
  widths: [24, 16],
  loss: 'crossEntropy',
  data: 'digits',
  mean: [4.9],
  std: [6],
};

function bytesOf(weight?: MakeWeight): Uint8Array {
  const model = modelNamed(spec.model).build({ ...spec, ...(weight ? { weight } : {}) });
  return saveModel(spec, model.init(key(1), ''));
}

type Json = Record<string, unknown>;

/** The file with its header changed. */
function withHeader(
  change: (header: { spec: Json; nodes: Record<string, Json>; version: unknown }) => unknown,
): Uint8Array {
  const { tensors, metadata } = readSafetensors(bytesOf(lowRankWeight({ format: 'tt', rank: 0.5 })));
  const header = JSON.parse(metadata.get('rankwise')!);
  const changed = change(header) ?? header;
  return writeSafetensors(tensors, [['rankwise', typeof changed === 'string' ? changed : JSON.stringify(changed)]]);
}

const wrongSpecs: [string, unknown, RegExp][] = [
  ['model', 3, /model is a text; got 3/],
  ['model', 'toString', /the model is known; got 'toString'/],
  ['model', undefined, /model is a text; got nothing/],
  ['input', 'x', /input is a list/],
  ['input', [], /input is a list of at least 1/],
  ['input', [1, 8, -8], /input\[2\] is a whole number/],
  ['input', [1, 8, 1e9], /input\[2\] is a whole number/],
  ['input', [1, 65536, 65536], /input has at most/],
  ['input', [1, 8, 9], /fc1\.weight is \[24, 72\]; got \[24, 64\]/],
  ['input', [1, 8, null], /whole number in .*; got null/],
  ['classes', 11, /classifier\.weight is \[11, 16\]; got \[10, 16\]/],
  ['classes', '10', /classes is a whole number/],
  ['widths', [24], /classifier\.weight is \[10, 24\]; got \[10, 16\]/],
  ['widths', [24, 16, 16], /fc3\.weight is \[16, 16\]; got nothing/],
  ['widths', { length: 2 }, /widths is a list/],
  ['widths', [0], /whole number in \[1/],
  ['width', 0, /width is a number/],
  ['width', 2, /fc1\.weight is \[48, 64\]/],
  ['loss', '__proto__', /loss is crossEntropy or mse or bce/],
  ['data', [], /data is a text; got a list/],
  ['mean', [], /mean is a list of at least 1/],
  ['mean', [1, 2], /mean has 1 entries; got 2/],
  ['mean', [null], /mean\[0\] is a number; got null/],
  ['std', [0], /std\[0\] is a number/],
  ['labels', ['a'], /labels has 10 entries; got 1/],
  ['labels', [1, 2], /labels\[0\] is a text/],
  ['extra', 1, /has the fields .*; got "extra"/],
];
for (const [field, value, message] of wrongSpecs) {
  test(`a spec whose ${field} is ${JSON.stringify(value)} is refused`, () => {
    const bytes = withHeader(({ spec: given }) => void (given[field] = value));
    const call = (): unknown => loadModel(bytes);
    refuses(call, message);
  });
}

const tt = (node: Json): { open: unknown; parts: Record<string, unknown> } => node.net as never;
const wrongNodes: [string, (nodes: Record<string, Json>) => unknown, RegExp][] = [
  ['no kind', (nodes) => delete nodes['fc1.weight']!.kind, /kind is factored; got nothing/],
  ['another kind', (nodes) => void (nodes['fc1.weight']!.kind = 'constructor'), /kind is factored/],
  ['a list for a node', (nodes) => void (nodes['fc1.weight'] = [] as never), /is an object; got a list/],
  ['null for a node', (nodes) => void (nodes['fc1.weight'] = null as never), /is an object; got null/],
  ['a net of null', (nodes) => void (nodes['fc1.weight']!.net = null), /net is an object; got null/],
  ['parts that are a list', (nodes) => void (tt(nodes['fc1.weight']!).parts = [] as never), /parts is an object/],
  ['no parts', (nodes) => void (tt(nodes['fc1.weight']!).parts = {}), /net has parts; got "none"/],
  ['labels that are numbers', (nodes) => void (tt(nodes['fc1.weight']!).parts.core0 = [1, 2]), /names of letters/],
  ['labels of prototypes', (nodes) => void (tt(nodes['fc1.weight']!).parts.core0 = ['o0', 'constructor']), /names of/],
  ['a missing part', (nodes) => delete tt(nodes['fc1.weight']!).parts.core1, /every open mode in a part|has the parts/],
  ['a part too many', (nodes) => void (tt(nodes['fc1.weight']!).parts.core9 = ['r1']), /has the parts .*core9; got/],
  [
    'a part called __proto__',
    (nodes) => void (nodes['fc1.weight']!.net = JSON.parse('{"open":[],"parts":{"__proto__":[]}}')),
    /names of/,
  ],
  [
    'a repeated label',
    (nodes) => void (tt(nodes['fc1.weight']!).parts.core0 = ['o0', 'o0']),
    /each mode of a part once/,
  ],
  [
    'open modes without a part',
    (nodes) => void (tt(nodes['fc1.weight']!).open = ['o0', 'zz']),
    /every open mode in a part/,
  ],
  ['open modes that are none', (nodes) => void (tt(nodes['fc1.weight']!).open = 'o0'), /open is a list/],
  [
    'axes that repeat',
    (nodes) =>
      void (nodes['fc1.weight']!.axes = [
        [0, 0],
        [1, 2],
      ]),
    /take every mode once/,
  ],
  [
    'axes out of range',
    (nodes) =>
      void (nodes['fc1.weight']!.axes = [
        [0, 1],
        [2, 9],
      ]),
    /take every mode once/,
  ],
  ['axes that are numbers', (nodes) => void (nodes['fc1.weight']!.axes = [0, 1]), /axes\[0\] is a list/],
  ['a node at a tensor', (nodes) => void (nodes['fc1.bias'] = nodes['fc1.weight']!), /every low-rank weight has parts/],
  ['a node nowhere', (nodes) => void (nodes['fc9.weight'] = nodes['fc1.weight']!), /every low-rank weight has parts/],
  ['a node at the root', (nodes) => void (nodes[''] = nodes['fc1.weight']!), /has the parts/],
  [
    'a sum around parts',
    (nodes) => void (nodes['fc1.weight'] = { kind: 'sum', frozen: [] }),
    /share a shape|fc1\.weight/,
  ],
  [
    'a frozen term that is none',
    (nodes) => void (nodes['fc1.weight'] = { kind: 'sum', frozen: ['x'] }),
    /has the parts/,
  ],
  ['a sum of layers', (nodes) => void (nodes.fc1 = { kind: 'sum', frozen: [] }), /share a shape|fc1/],
  ['no nodes', (nodes) => Object.keys(nodes).forEach((path) => delete nodes[path]), /nothing|fc1\.weight/],
];
for (const [what, change, message] of wrongNodes) {
  test(`nodes with ${what} are refused`, () => {
    const bytes = withHeader(({ nodes }) => void change(nodes));
    try {
      loadModel(bytes);
    } catch (error) {
      assert.match((error as Error).name, /^(FormatError|ShapeError)$/, String((error as Error).stack));
      assert.match((error as Error).message, message);
      return;
    }
    assert.unreachable();
  });
}

test('headers that are not ours are refused', () => {
  const file = (entries: [string, string][]): Uint8Array => writeSafetensors([], entries);
  refuses(() => loadModel(file([])), /the metadata has 'rankwise'; got \[\]/);
  refuses(() => loadModel(file([['rankwise', '{']])), /'rankwise' is JSON; got {/);
  refuses(() => loadModel(file([['rankwise', 'null']])), /version 1; got none/);
  refuses(() => loadModel(file([['rankwise', '[]']])), /version 1; got none/);
  refuses(() => loadModel(file([['rankwise', '{"version":2}']])), /version 1; got 2; use the release/);
  refuses(() => loadModel(file([['rankwise', '{"version":1}']])), /spec is an object; got nothing/);
  refuses(() => loadModel(withHeader((header) => ({ ...header, more: 1 }))), /has the fields spec, nodes; got "more"/);
});

test('tensors that do not make the model are refused', () => {
  const { tensors, metadata } = readSafetensors(bytesOf());
  const having = (change: (t: typeof tensors) => void): Uint8Array => {
    const copy = new Map(tensors);
    change(copy);
    return writeSafetensors(copy, metadata);
  };
  const bias = tensors.get('fc1.bias')!;
  const ints = { dtype: 'i32', shape: [24], data: new Int32Array(24) } as const;
  const doubles = { dtype: 'f64', shape: [24], data: Float64Array.from(decodeTensor(bias)) } as const;
  refuses(() => loadModel(having((t) => t.delete('fc1.bias'))), /fc1\.bias is \[24\]; got nothing/);
  refuses(() => loadModel(having((t) => t.set('fc1.more', bias))), /every tensor is one of the model; got fc1\.more/);
  refuses(() => loadModel(having((t) => t.set('fc1.bias.x', bias))), /no tensor lies on the path of another/);
  refuses(() => loadModel(having((t) => t.set('fc1', bias))), /no tensor lies on the path of another/);
  refuses(
    () => loadModel(having((t) => t.set('fc1.bias', ints as never))),
    /all f32 or all f64; got f32, i32|i32, f32/,
  );
  refuses(() => loadModel(having((t) => t.set('fc1.bias', doubles as never))), /all f32 or all f64/);
});

/** A model, or a typed error: FormatError for the file, ShapeError where what it says does not fit together. */
function loadOrRefuse(bytes: Uint8Array): void {
  readOrRefuse(() => {
    try {
      loadModel(bytes);
    } catch (error) {
      if ((error as Error).name !== 'ShapeError') throw error;
    }
  });
}

test('a file near a valid one is read or refused, nothing else', () => {
  const files = [
    bytesOf(lowRankWeight({ format: 'cp', rank: 2 })),
    withHeader(({ spec: given }) => void (given.classes = 9)),
  ];
  fc.assert(
    fc.property(nearly(files), (bytes) => {
      loadOrRefuse(bytes);
    }),
    cases(150),
  );
});

test('any JSON in place of a part of the header is read or refused, nothing else', () => {
  const paths = [
    ['spec'],
    ['nodes'],
    ['spec', 'input'],
    ['spec', 'mean'],
    ['nodes', 'fc1.weight'],
    ['nodes', 'fc1.weight', 'net'],
  ];
  fc.assert(
    fc.property(fc.constantFrom(...paths), fc.jsonValue(), (path, value) => {
      const bytes = withHeader((header) => {
        let at = header as unknown as Json;
        for (const name of path.slice(0, -1)) at = at[name] as Json;
        at[path.at(-1)!] = value;
      });
      // Some values are as good as the ones they replace, such as a mean of [0].
      loadOrRefuse(bytes);
    }),
    cases(150),
  );
});

test.run();
