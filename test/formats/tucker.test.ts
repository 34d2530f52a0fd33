import { formatLaws } from '../laws/format.ts';

formatLaws('tucker');
