import type { Signature, TensorSpec } from '../../model/signature';
import type { VersionStatus } from '../../models/served';

/** TensorFlow Serving's GetModelStatusResponse. */
export function modelStatus(versions: readonly VersionStatus[]): object {
  return {
    model_version_status: versions.map(({ number, state, error }) => ({
      version: String(number),
      state,
      status: { error_code: error === '' ? 'OK' : 'UNKNOWN', error_message: error },
    })),
  };
}

/** TensorFlow Serving's GetModelMetadataResponse. */
export function modelMetadata(
  name: string,
  version: number,
  { inputs, outputs }: Signature,
): object {
  const serving_default = {
    inputs: Object.fromEntries(inputs.map(tensorInfo)),
    outputs: Object.fromEntries(outputs.map(tensorInfo)),
    method_name: 'tensorflow/serving/predict',
  };
  return {
    model_spec: { name, signature_name: '', version: String(version) },
    metadata: { signature_def: { signature_def: { serving_default } } },
  };
}

const DTYPES = { float32: 'DT_FLOAT', int32: 'DT_INT32' };

function tensorInfo({ name, dtype, shape }: TensorSpec): [string, object] {
  const dim = [null, ...shape].map((size) => ({ size: String(size ?? -1), name: '' }));
  const tensor_shape = { dim, unknown_rank: false };
  return [name, { dtype: DTYPES[dtype], tensor_shape, name }];
}
