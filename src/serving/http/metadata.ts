import type { Signature, TensorSpec } from '../model/signature';

/** A folder holds one version of a model. */
export const VERSION = '1';

/** TensorFlow Serving's GetModelStatusResponse. */
export function modelStatus(): object {
  const status = { error_code: 'OK', error_message: '' };
  return { model_version_status: [{ version: VERSION, state: 'AVAILABLE', status }] };
}

/** TensorFlow Serving's GetModelMetadataResponse. */
export function modelMetadata(name: string, { inputs, outputs }: Signature): object {
  const serving_default = {
    inputs: Object.fromEntries(inputs.map(tensorInfo)),
    outputs: Object.fromEntries(outputs.map(tensorInfo)),
    method_name: 'tensorflow/serving/predict',
  };
  return {
    model_spec: { name, signature_name: '', version: VERSION },
    metadata: { signature_def: { signature_def: { serving_default } } },
  };
}

const DTYPES = { float32: 'DT_FLOAT', int32: 'DT_INT32' };

function tensorInfo({ name, dtype, shape }: TensorSpec): [string, object] {
  const dim = [null, ...shape].map((size) => ({ size: String(size ?? -1), name: '' }));
  const tensor_shape = { dim, unknown_rank: false };
  return [name, { dtype: DTYPES[dtype], tensor_shape, name }];
}
