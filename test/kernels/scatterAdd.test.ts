import { scatterAdd } from '../../src/kernels/scatterAdd.ts';
import { kernelLaws } from '../laws/kernel.ts';

kernelLaws(scatterAdd);
