import { gather } from '../../src/kernels/gather.ts';
import { kernelLaws } from '../laws/kernel.ts';

kernelLaws(gather);
