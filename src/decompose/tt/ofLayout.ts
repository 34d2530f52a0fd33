/** The train of a dense tensor whose modes are those of a chain of cores: of trains and of TT-matrices. */

import type { Format, Layout } from '../../formats/format.ts';
import { bondsOf, Factored } from '../../formats/network.ts';
import { contiguous } from '../../ops/contiguous.ts';
import { tail } from '../../ops/linalg/chop.ts';
import { reshape } from '../../ops/reshape.ts';
import { transpose } from '../../ops/transpose.ts';
import { scope, unrecorded } from '../../tensor/scope.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { Decomposed } from '../decomposed.ts';
import { rankCaps } from '../modes.ts';
import { progressed } from '../options.ts';
import { type TrainMethodOptions, trainBy } from './method.ts';

/** The network of a layout filled from a dense tensor; its parts are the cores of a chain, in order. */
export function trainOfLayout(
  op: string,
  format: Format,
  layout: Layout,
  a: Tensor,
  options: TrainMethodOptions,
): Decomposed {
  const train = trainBy(op, options);
  const ranks = rankCaps(format, layout, options.rank);
  const bonds = bondsOf(layout.net);
  const { open, parts } = layout.net;
  const labels = Object.values(parts).map((own) => own.filter((label) => open.includes(label)));
  const sizes = labels.map((own) => own.reduce((n, label) => n * layout.modes[label]!, 1));
  return unrecorded(() =>
    scope(() => {
      const apart = reshape(
        a,
        open.map((label) => layout.modes[label]!),
      );
      const order = labels.flat().map((label) => open.indexOf(label));
      const { cores, tails } = train(reshape(contiguous(transpose(apart, order)), sizes), {
        eps: options.eps,
        caps: bonds.map((bond) => ranks[bond]!),
        onBond: (step, error) => progressed(options, { step, of: bonds.length, error }),
      });
      const shaped = Object.entries(parts).map(([name, own], k): [string, Tensor] => {
        const [r, , s] = cores[k]!.shape;
        const shape = own.map((label, at) => layout.modes[label] ?? (at === 0 ? r! : s!));
        return [name, reshape(cores[k]!, shape)];
      });
      const x = new Factored(format.name, layout.net, layout.axes, Object.fromEntries(shaped));
      const history = tails.map((_, k) => tail(tails.slice(0, k + 1), 0));
      return new Decomposed(x, { error: history.at(-1) ?? 0, history });
    }),
  );
}
