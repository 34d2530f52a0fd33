import { cast } from '../../src/kernels/cast.ts';
import { kernelLaws } from '../laws/kernel.ts';

kernelLaws(cast);
