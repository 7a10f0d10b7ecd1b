export const HELP = `Ternary TensorFlow.js models in folders (model.json and its files of weights).

  tfjs-bitcore convert IN_DIR OUT_DIR   Dense layers become BitLinear: ternary in training
  tfjs-bitcore summary DIR              what each layer takes now, deployed, and in float32
  tfjs-bitcore deploy IN_DIR OUT_DIR    BitLinear layers are packed at 2 bits per weight
  tfjs-bitcore verify A_DIR B_DIR       proves that B, deployed from A, computes the same

Options of convert:
  --quantizer NAME         bitnet (default), twn, lsq, paretoq; or JSON with options:
                           '{"name": "bitnet", "perChannel": true}'
  --input-quantizer NAME   int8 (default) or none
  --skip PATTERN           layers to keep, by name or path, * for any text; repeatable
  --convert-outputs        convert output layers too

Options of all:
  --json                   print the result as JSON
  -h, --help               print this

OUT_DIR must be missing or empty; input folders are only read. Runs on
@tensorflow/tfjs-backend-wasm if it is installed, else on @tensorflow/tfjs-backend-cpu.
Exit codes: 0 done, 1 not verified, 2 error (told on stderr; nothing is written).`;
