/** What `npm run new` can add: for each kind, where its templates go, which lists name it, and what to run next. */

export type Kind = 'kernel' | 'op' | 'format' | 'layer' | 'method';

/** One change of a list file. The texts have the placeholders of the templates. */
export interface Listing {
  readonly file: string;
  /** A line to put behind the last import. */
  readonly import?: string;
  /** An element for the array literal of this declaration. */
  readonly array?: { readonly name: string; readonly element: string };
  /** Lines to put at the end. */
  readonly lines?: string;
}

export interface Member {
  /** One line for help. */
  readonly about: string;
  /** The folder of assembly/ where NAME alone goes; absent for kinds without one. */
  readonly family?: string;
  readonly lists: readonly Listing[];
  /** Commands that show the new member at work. */
  readonly next: readonly string[];
}

const exported = (dtype: string): string =>
  `export function __name___${dtype}(args: usize): void { __name__<${dtype}>(changetype<__Name__Args>(args)); }\n`;

const table = (file: string, name: string, from: string): Listing => ({
  file,
  import: `import { __name__ } from '${from}';`,
  array: { name, element: '__name__' },
});

export const members: Readonly<Partial<Record<Kind, Member>>> = {
  kernel: {
    about: 'compiled numbers in, numbers out: contract, assembly, law test',
    family: 'map',
    lists: [
      {
        file: 'assembly/index.ts',
        import: "import { __name__, __Name__Args } from './__family__/__name__';",
        lines: exported('f32') + exported('f64'),
      },
      table('src/kernels/all.ts', 'kernels', './__name__.ts'),
    ],
    next: ['npm run build:wasm', 'npm test -- kernels/__name__'],
  },
  op: {
    about: 'shape rule, computation and gradient of an operation',
    lists: [{ file: 'src/index.ts', lines: "export { __name__ } from './ops/__name__.ts';\n" }],
    next: ['npm test -- ops/__name__'],
  },
  format: {
    about: 'a low-rank tensor as a network of labelled parts',
    lists: [table('src/formats/all.ts', 'formats', './__name__.ts')],
    next: ['npm test -- formats/__name__'],
  },
  layer: {
    about: 'a module: parameters, what it computes, shapes and cost',
    lists: [{ file: 'src/nn/index.ts', lines: "export { __name__, type __Name__Options } from './__name__.ts';\n" }],
    next: ['npm test -- nn/__name__'],
  },
  method: {
    about: 'one step of training, its state, and how the command line builds it',
    lists: [
      {
        file: 'src/methods/all.ts',
        import: "import { __name__Entry } from './__name__.ts';",
        array: { name: 'methods', element: '__name__Entry' },
      },
      { file: 'src/index.ts', lines: "export { __name__, type __Name__Options } from './methods/__name__.ts';\n" },
    ],
    next: ['npm test -- methods/__name__'],
  },
};
