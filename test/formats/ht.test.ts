import { formatLaws } from '../laws/format.ts';

formatLaws('ht');
