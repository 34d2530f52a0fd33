/**
 * A tensor train of a tensor that is known only as a function, from a small part of its entries: cross approximation,
 * with given ranks or with an error that chooses them. The tensor is never formed.
 */

import { Factored } from '../../formats/network.ts';
import { tt } from '../../formats/tt.ts';
import { cast } from '../../ops/cast.ts';
import { fold } from '../../random.ts';
import { own } from '../../tensor/create.ts';
import { scope, unrecorded } from '../../tensor/scope.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { round } from '../../tt/round.ts';
import { Decomposed } from '../decomposed.ts';
import { progressed } from '../options.ts';
import { type Chain, chainOf, transposed } from './chain.ts';
import { type Control, controlOf } from './control.ts';
import { halfDmrg } from './crossDmrg.ts';
import { sweepFixed } from './crossFixed.ts';
import { type CrossOptions, type CrossPlan, planOf, startOf } from './crossPlan.ts';
import { enrich } from './enrich.ts';
import { type Entries, Sampler } from './sampler.ts';

/**
 * Parts of eps: for the cuts inside the sweeps, whose errors interpolation amplifies, and for the last rounding, which
 * frees the result of random columns and of what the inner cuts kept for safety.
 */
const [INNER, OUTER] = [0.25, 0.9];
/** How much finer cuts become where a sweep has stopped to help. */
const FINER = 0.0625;

/** How far the sweeps have come. */
interface Course {
  readonly plan: CrossPlan;
  readonly chain: Chain;
  readonly sampler: Sampler;
  control: Control;
  readonly history: number[];
  readonly warnings: string[];
  /** Ends the work where the caller has asked for it. */
  readonly visit: () => void;
  /** Notes the error after a sweep and returns it. */
  record(): number;
}

/**
 * A train of the tensor of a shape whose entries `f` gives: f(i1, ..., id), or { batch } for many indices at once. Its
 * ranks are `rank`, or such that a sweep changes it by less than `eps` of its norm. The report's error is an estimate
 * from random entries, and no guarantee: what is not 0 in a few places alone may be missed altogether.
 * Throws ShapeError for shapes, folds and functions that do not fit, RankError for ranks, FormatError for other
 * options, NonFiniteError with the index where `f` gives NaN or Infinity.
 */
export function cross(f: Entries, shape: readonly number[], options: CrossOptions): Decomposed {
  const plan = planOf(shape, options);
  const sampler = new Sampler(f, plan.sizes, plan.layout.axes);
  return unrecorded(() => {
    const course = courseOf(plan, sampler, options);
    // One mode has no bond between two.
    const isFixed = plan.method === 'fixed' || plan.sizes.length === 1;
    const converged = isFixed ? sweepsFixed(course) : sweepsDmrg(course);
    return scope(() => {
      const { control, history, warnings } = course;
      const x = finished(course, isFixed);
      const error = control.error(x);
      if (plan.isAsked && error > plan.eps) {
        warnings.push(`the ${control.estimated ? 'estimated ' : ''}error ${error.toExponential(1)} is above eps`);
      }
      const { estimated } = control;
      return new Decomposed(x, { error, estimated, history, converged, warnings, evaluations: sampler.evaluations });
    });
  });
}

function courseOf(plan: CrossPlan, sampler: Sampler, options: CrossOptions): Course {
  const chain = chainOf(startOf(plan));
  chain.cores[0]!.data.fill(0);
  const course: Course = {
    ...{ plan, chain, sampler, history: [], warnings: [] },
    control: controlOf(sampler, plan.sizes, plan.check, fold(plan.key, 'check', 0)),
    visit: () => options.signal?.throwIfAborted(),
    record() {
      const error = course.control.error(trainOf(chain, plan));
      course.history.push(error);
      progressed(options, { step: course.history.length, of: plan.sweeps, error });
      return error;
    },
  };
  course.visit();
  return course;
}

/** Sweeps of fixed ranks until the index sets stay as they are, or the error is as asked for. */
function sweepsFixed(course: Course): boolean {
  const { plan, chain, sampler, visit } = course;
  for (let step = 1; step <= plan.sweeps; step++) {
    const isSettled = sweepFixed(chain, sampler, visit);
    const error = course.record();
    if (isSettled || error <= plan.eps) return true;
  }
  return false;
}

/**
 * Sweeps until one changes little and unseen entries are right. Where they are not, they join the index sets; where
 * changes stop falling above eps, the cuts inside the sweeps become finer, once.
 */
function sweepsDmrg(course: Course): boolean {
  const { plan, chain, sampler, visit } = course;
  let before = { change: Number.POSITIVE_INFINITY, size: 0 };
  let inner = INNER;
  for (let step = 1; step <= plan.sweeps; step++) {
    const change = thereAndBack(course, step, inner);
    const error = course.record();
    const size = chain.cores.reduce((sum, { data }) => sum + data.length, 0);
    if (change < plan.eps) {
      if (error <= plan.eps || step === plan.sweeps) return true;
      const worst = course.control.worst(trainOf(chain, plan), Math.max(1, plan.kick));
      if (!enrich(chain, sampler, worst, { caps: plan.caps, visit })) return true;
      course.control = controlOf(sampler, plan.sizes, plan.check, fold(plan.key, 'check', step));
    } else if (change > before.change / 2 && size <= before.size) {
      if (inner < INNER) {
        course.warnings.push(`changes of ${change.toExponential(1)} have stopped falling`);
        return false;
      }
      inner *= FINER;
    }
    before = { change, size };
  }
  return false;
}

/** The largest change of a sweep. The way back is saved where the way there has changed little. */
function thereAndBack({ plan, chain, sampler, visit }: Course, step: number, inner: number): number {
  const { caps, kick, eps } = plan;
  const go = (way: number): number =>
    halfDmrg(chain, sampler, { eps: eps * inner, kick, caps, key: fold(plan.key, 'kick', step, way) }, visit);
  const change = go(0);
  return change < eps ? change : go(1);
}

/** The train of a chain, in the labels of the format. */
function trainOf(chain: Chain, { layout }: CrossPlan): Factored {
  const cores = chain.isReversed ? [...chain.cores].reverse().map(transposed) : chain.cores;
  const last = cores.length - 1;
  const parts = Object.keys(layout.net.parts).map((name, p): [string, Tensor] => {
    const { r, n, s, data } = cores[p]!;
    return [name, own(data.slice(), [...(p > 0 ? [r] : []), n, ...(p < last ? [s] : [])])];
  });
  return new Factored(tt.name, layout.net, layout.axes, Object.fromEntries(parts));
}

/** The train as it is given back: without the random columns, in the dtype asked for. */
function finished({ chain, plan }: Course, isFixed: boolean): Factored {
  const x = trainOf(chain, plan);
  const y = isFixed ? x : round(x, { eps: plan.eps * OUTER, maxRank: plan.ranks.slice(1, -1) });
  const parts = Object.entries(y.parts).map(([name, part]) => [name, cast(part, plan.dtype)]);
  return new Factored(y.format, y.net, y.axes, Object.fromEntries(parts));
}
