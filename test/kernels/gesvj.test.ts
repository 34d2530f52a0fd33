import { gesvj } from '../../src/kernels/gesvj.ts';
import { kernelLaws } from '../laws/kernel.ts';
import { judgeSvd } from '../support/svdJudge.ts';

kernelLaws(gesvj, { judge: judgeSvd });
