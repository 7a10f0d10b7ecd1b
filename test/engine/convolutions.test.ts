import { ready } from '../../src';
import { engineState } from '../../src/engine/select';
import { TITLED_GRID } from '../support/convolution_grid';
import { opConvolution, packedConvolution } from '../support/convolution_op';
import { referenceConvolution } from '../support/convolution_reference';
import { enginesOfNode, forceEngine, freeEngines } from '../support/forced_engine';
import { expectIdentical } from '../support/values';

beforeAll(ready);

afterEach(freeEngines);

test.each(enginesOfNode())('%s convolves as a plain loop does', (engine) => {
  forceEngine(engine);
  expect(engineState(engine)).toBe('works');
  for (const [i, [title, each]] of TITLED_GRID.entries()) {
    const convolution = packedConvolution(each, i % 2 ? 'ties at .5' : 'random', i + 1);
    try {
      expectIdentical(opConvolution(convolution), referenceConvolution(convolution));
    } catch (error) {
      throw new Error(`${title}: ${(error as Error).message}`, { cause: error });
    }
  }
});
