import { gesvd } from '../../src/kernels/gesvd.ts';
import { kernelLaws } from '../laws/kernel.ts';
import { judgeSvd } from '../support/svdJudge.ts';

kernelLaws(gesvd, { judge: judgeSvd });
