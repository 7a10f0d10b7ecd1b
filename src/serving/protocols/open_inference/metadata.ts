import { version } from '../../../../package.json';
import type { Signature, TensorSpec } from '../../model/signature';
import { datatypeOf } from './datatypes';
import { shapeOfSpec } from './tensors';

export const SERVER_METADATA = {
  name: 'tfjs-bitcore',
  version,
  extensions: ['binary_tensor_data'],
};

/** @param number the version that is served. */
export function modelMetadata(
  name: string,
  number: number,
  { inputs, outputs }: Signature,
): object {
  return {
    name,
    versions: [String(number)],
    platform: 'tensorflowjs_layersmodel',
    inputs: inputs.map(tensorMetadata),
    outputs: outputs.map(tensorMetadata),
  };
}

function tensorMetadata(spec: TensorSpec): object {
  return { name: spec.name, datatype: datatypeOf(spec), shape: shapeOfSpec(spec) };
}
