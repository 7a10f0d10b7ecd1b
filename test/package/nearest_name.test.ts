import { nearestName } from '../../src/options/nearest_name';

const NAMES = ['kernelQuantizer', 'inputQuantizer', 'eps', 'by'];

test.each([
  ['kernelQuantiser', 'kernelQuantizer'],
  ['kernalquantizer', 'kernelQuantizer'],
  ['imputQuantizer', 'inputQuantizer'],
  ['ep', 'eps'],
  ['bye', 'by'],
])('%s is near %s', (name, nearest) => expect(nearestName(name, NAMES)).toBe(nearest));

test.each(['quantizer', 'units', 'x', ''])('"%s" is near none', (name) =>
  expect(nearestName(name, NAMES)).toBeUndefined(),
);

test('the nearest of several is found', () =>
  expect(nearestName('epoch', ['epochs', 'every', 'epoch_'])).toBe('epochs'));
