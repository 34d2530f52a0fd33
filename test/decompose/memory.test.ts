/**
 * How much memory a decomposition takes, its operand included: at most 4 times the operand where one side of an unfolding
 * is 8 times as long as the other, else 6 times. RANKWISE_RUNS=10 takes every tensor in both precisions.
 */

import type { AnyOptions, Decompose } from '../../src/decompose/all.ts';
import { decompose as ht } from '../../src/decompose/ht/index.ts';
import { decompose as lowRank } from '../../src/decompose/lowRank/index.ts';
import { decompose as tensorRing } from '../../src/decompose/tensorRing/index.ts';
import { decompose as tucker } from '../../src/decompose/tucker/index.ts';
import type { Real } from '../../src/dtype.ts';
import { peakOf } from '../laws/treeDecompose.ts';
import { wasmBackend } from '../support/backends.ts';
import { runs } from '../support/runs.ts';
import { assert, suite } from '../support/test.ts';

const test = suite('memory of decompositions');

interface Case {
  readonly sizes: readonly number[];
  readonly most: number;
  /** In the daily run. */
  readonly dtypes: readonly Real[];
}

const long: Case = { sizes: [10, 100000], most: 4, dtypes: ['f32', 'f64'] };
const turned: Case = { sizes: [100000, 10], most: 4, dtypes: ['f32'] };
const cube: Case = { sizes: [100, 100, 100], most: 6, dtypes: ['f64'] };
const many: Case = { sizes: new Array<number>(10).fill(4), most: 6, dtypes: ['f32'] };

function keeps(name: string, decompose: Decompose, options: AnyOptions, cases: readonly Case[]): void {
  test(`of ${name}`, () => {
    for (const { sizes, most, dtypes } of cases) {
      for (const dtype of runs(1) >= 10 ? (['f32', 'f64'] as const) : dtypes) {
        const peak = peakOf(wasmBackend(), sizes, dtype, (a) => decompose(a, options));
        assert.ok(peak <= most, `${sizes.join(' x ')} in ${dtype} takes ${peak.toFixed(2)} times its memory`);
        assert.ok(peak > 1.05, `${peak} is too little to be true`);
      }
    }
  });
}

keeps('ST-HOSVD', tucker, { eps: 1e-3 }, [long, turned, cube, many]);
keeps('HOSVD', tucker, { rank: 5, method: 'hosvd' }, [long, cube]);
keeps('HOOI', tucker, { rank: 3, method: 'hooi', sweeps: 1 }, [long, cube, many]);
keeps('hierarchical Tucker', ht, { rank: 8 }, [long, turned, cube, many]);
keeps('two factors', lowRank, { eps: 1e-3 }, [long, turned, cube, many]);
keeps('a ring', tensorRing, { rank: 4, shift: 0 }, [long, turned, cube, many]);

test.run();
