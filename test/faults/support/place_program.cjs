// usage: forked, with [FOLDER, BITS]. Opens an index of places on PGlite with dist/retrieval.js, and answers each message
// {call, method, parameters} with {call, result} or {call, message}: PGlite does not run in Jest's realms.
const { placeIndex, pgliteEngine } = require('../../../dist/retrieval.js');

const [folder, bits] = process.argv.slice(2);

const index = placeIndex({ bits: Number(bits), engine: pgliteEngine({ folder }) });

const answer = (call, promise) =>
  promise.then(
    (result) => process.send({ call, result }),
    ({ message }) => process.send({ call, message }),
  );

void answer(
  0,
  index.then(() => undefined),
);
process.on('message', ({ call, method, parameters }) =>
  answer(
    call,
    index.then((opened) => opened[method](...parameters)),
  ),
);
process.on('disconnect', () => process.exit());
