export const HELP = `Ternary TensorFlow.js models. MODEL: a folder with model.json, or a JSON file.
  tfjs-bitcore convert MODEL OUT_DIR    make Dense layers ternary, for training
  tfjs-bitcore summary MODEL            bytes now, deployed, and in float32
  tfjs-bitcore deploy MODEL OUT_DIR     pack ternary layers: 2 bits per weight
  tfjs-bitcore verify MODEL DEPLOYED    check that they give equal outputs
  tfjs-bitcore serve MODEL              answer HTTP requests: see serve --help

Options of convert:
  --quantizer NAME         bitnet (default), twn, lsq, paretoq; with options as
                           JSON: '{"name": "bitnet", "perOutput": true}'
  --input-quantizer NAME   int8 (default) or none
  --skip PATTERN           layers to keep, by name or path with *; repeatable
  --convert-outputs        convert output layers too
  --keep-normalizations    keep what LayerNorm and BatchNorm would replace
Options of deploy and verify:
  --fold                   deploy: batch normalizations join ternary layers
  --rows N                 verify: number of random inputs, 32 if not given
  --shape 64,64,3          verify: an input without rows; once for each input
Options of all:
  --import FILE            run JavaScript that registers classes; repeatable
  --json; -h, --help       print the result as JSON; print this
OUT_DIR must be missing or empty. Computes on @tensorflow/tfjs-backend-wasm if
it is installed, else on ...-backend-cpu.
Exit codes: 0 done; 1 not verified; 2 an error, which is printed on stderr.`;

export const SERVE_HELP = `Answers requests for models over HTTP, until a signal ends it. MODEL: a folder
with model.json, or with numbered folders of versions.
  tfjs-bitcore serve MODEL
  tfjs-bitcore serve --model NAME=MODEL --model NAME=MODEL ...
  tfjs-bitcore serve --models DIR    DIR: a folder with a folder for each model

  --name NAME              of MODEL in URLs; the folder's if not given
  --host ADDRESS --port N  where to listen, 127.0.0.1 and 8501 if not given
  --backend NAME           tensorflow, wasm or cpu; the first that is installed
  --workers N              processes that share the port, 1 if not given
  --allow-host NAME        a name in Host; repeatable
  --allow-origin ORIGIN    of web pages that may ask; repeatable
  --import FILE            run JavaScript that registers classes; repeatable
  --warmup-shape NAME=7,3  sizes of an input without rows, where a model leaves
                           some open; NAME may be missing for MODEL; repeatable
  --log-level NAME         requests on stdout: silent (default), error or info
  --max-batch N            rows computed at once, 64 if not given
  --batch-window-ms N      wait for a batch to fill up, 2 if not given
  --timeout-ms N           for a request and its answer, 10000 if not given
  --max-rows N, --max-queue N, --max-body-bytes N, --max-held-bytes N,
  --max-connections N      more than these are refused
  -h, --help               print this
Exit codes: 0 all requests are answered; 2 an error, printed on stderr.`;
