import { lowRankWeight } from '../../src/formats/make.ts';
import { methodLaws } from '../laws/method.ts';
import { plainSettings, someSettings } from '../support/toys.ts';

const { 'plain sgd': plain, 'adam with clipping': adam } = someSettings;
methodLaws('dlrt', {
  settings: { plain: plain!, adam: adam! },
  weight: lowRankWeight({ format: 'tucker', rank: { bound: 0.5 } }),
});
methodLaws('dlrt', {
  settings: { plain: plainSettings },
  own: { oneStep: true },
  weight: lowRankWeight({ format: 'tt', rank: 3 }),
});
