import { lowRankWeight } from '../../src/formats/make.ts';
import { methodLaws } from '../laws/method.ts';
import { plainSettings, someSettings } from '../support/toys.ts';

const { 'adam with clipping': clipped, 'momentum and plateau': heavy } = someSettings;
for (const [format, settings, own] of [
  ['tucker', { 'momentum and plateau': heavy! }, {}],
  ['tt', { 'adam with clipping': clipped! }, { oneStep: true, every: 2 }],
  ['lowRank', { 'plain sgd': plainSettings }, { oneStep: true, finetune: 1 }],
] as const) {
  methodLaws('dlrt', { settings, own, weight: lowRankWeight({ format, rank: { bound: 0.5 } }) });
}
