export const HELP = `Ternary TensorFlow.js models in folders (model.json and its weights)

  tfjs-bitcore convert IN_DIR OUT_DIR   make Dense layers ternary, for training
  tfjs-bitcore summary DIR              bytes now, deployed, and in float32
  tfjs-bitcore deploy IN_DIR OUT_DIR    pack ternary layers: 2 bits per weight
  tfjs-bitcore verify A_DIR B_DIR       check that B, deployed from A, equals A

Options of convert:
  --quantizer NAME         bitnet (default), twn, lsq, paretoq; with options as
                           JSON: '{"name": "bitnet", "perOutput": true}'
  --input-quantizer NAME   int8 (default) or none
  --skip PATTERN           layers to keep, by name or path; * stands for any
                           characters; can be given several times
  --convert-outputs        convert output layers too
  --keep-normalizations    keep each LayerNormalization, which else becomes the
                           faster LayerNorm

Options of all:
  --json                   print the result as JSON
  -h, --help               print this

OUT_DIR must be missing or empty. Input folders are only read. Computes on
@tensorflow/tfjs-backend-wasm if it is installed, else on ...-backend-cpu.
Exit codes: 0 done; 1 not verified; 2 an error, which is printed on stderr.`;
