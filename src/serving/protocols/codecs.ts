import type { ProtocolName } from '../model/predictor';
import type { Signature } from '../model/signature';
import type { Codec } from './codec';
import { OpenInferenceCodec } from './open_inference/codec';
import { TensorFlowServingCodec } from './tensorflow_serving/codec';

/** Those of one model. */
export function codecsOf(signature: Signature, maxRows: number): Record<ProtocolName, Codec> {
  return {
    tensorflow_serving: new TensorFlowServingCodec(signature, maxRows),
    open_inference: new OpenInferenceCodec(signature, maxRows),
  };
}
