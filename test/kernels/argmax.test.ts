import { argmax } from '../../src/kernels/argmax.ts';
import { kernelLaws } from '../laws/kernel.ts';

kernelLaws(argmax);
