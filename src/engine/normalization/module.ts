import { TestedModule } from '../wasm/tested_module';
import type { NormalizationMicrokernels } from './microkernels';
import { passesSelfTest } from './self_test';

export const normalizationModule = new TestedModule<NormalizationMicrokernels>(
  'normalization',
  passesSelfTest,
);
