import { gemm } from '../../src/kernels/gemm.ts';
import { kernelLaws } from '../laws/kernel.ts';

kernelLaws(gemm);
