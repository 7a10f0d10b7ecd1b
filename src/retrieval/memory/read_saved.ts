import { argumentError } from '../../errors';
import type { Place } from '../place_engine';
import { DIGEST_BYTES, digestOf } from './digest';
import { HEADER_BYTES, layoutOf, MARK, positionAt, VERSION, type Header } from './saved_form';
import { StoredPlaces } from './stored_places';

/** Places that are added at once. */
const BATCH = 4096;

/** Makes the error for bytes that are no places. */
type Wrong = (expected: string, actual: string) => Error;

/**
 * The places that `writeSaved` wrote.
 * @param name of the bytes, for errors.
 * @throws if the bytes are damaged, of another version, or of other bits.
 */
export async function readSaved(
  saved: Uint8Array,
  bits: number,
  name: string,
): Promise<StoredPlaces> {
  const wrong: Wrong = (expected, actual) => argumentError('memoryEngine', name, expected, actual);
  const header = readHeader(saved, wrong);
  await checkDigest(saved, wrong);
  if (header.bits !== bits) throw wrong(`of ${bits} bits, as the index`, `${header.bits} bits`);
  const ids = readIds(saved, header, wrong);
  const places = new StoredPlaces(bits);
  for (let row = 0; row < header.size; row += BATCH) {
    places.add(readPlaces(saved, header, ids.slice(row, row + BATCH), row));
  }
  return places;
}

function viewOf(saved: Uint8Array): DataView {
  return new DataView(saved.buffer, saved.byteOffset, saved.length);
}

function readHeader(saved: Uint8Array, wrong: Wrong): Header {
  const mark = String.fromCharCode(...saved.subarray(0, MARK.length));
  if (mark !== MARK || saved.length < HEADER_BYTES + DIGEST_BYTES) {
    throw wrong('what `save` of a memoryEngine gave', `${saved.length} other bytes`);
  }
  const view = viewOf(saved);
  const [version, bits, size, idBytes] = [8, 12, 16, 20].map((at) => view.getUint32(at, true));
  const header = { version: version!, bits: bits!, size: size!, idBytes: idBytes! };
  if (version !== VERSION) throw wrong(`of version ${VERSION}`, `version ${version}`);
  const length = layoutOf(header).digestAt + DIGEST_BYTES;
  if (saved.length !== length)
    throw wrong(`of ${length} bytes, as it says`, `${saved.length} bytes`);
  return header;
}

async function checkDigest(saved: Uint8Array, wrong: Wrong): Promise<void> {
  const end = saved.length - DIGEST_BYTES;
  const actual = await digestOf(saved.subarray(0, end) as Uint8Array<ArrayBuffer>);
  if (actual.every((byte, i) => byte === saved[end + i])) return;
  throw wrong('as it was saved (it is damaged)', 'bytes of another digest');
}

function readIds(saved: Uint8Array, header: Header, wrong: Wrong): string[] {
  const { idsAt, digestAt } = layoutOf(header);
  const ids = parsed(new TextDecoder().decode(saved.subarray(idsAt, digestAt)));
  const areIds =
    Array.isArray(ids) &&
    ids.every((id) => typeof id === 'string') &&
    new Set(ids).size === header.size &&
    ids.length === header.size;
  if (!areIds) throw wrong(`with ${header.size} different ids, as it says`, 'others');
  return ids;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** The places from a row on, as many as there are ids. */
function readPlaces(
  saved: Uint8Array,
  header: Header,
  ids: readonly string[],
  first: number,
): Place[] {
  const view = viewOf(saved);
  const bytes = header.bits / 8;
  const { descriptorsAt } = layoutOf(header);
  return ids.map((id, i) => {
    const row = first + i;
    const [east, north] = [0, 8].map((at) => view.getFloat64(positionAt(row) + at, true));
    const at = descriptorsAt + row * bytes;
    const descriptor = saved.subarray(at, at + bytes);
    return {
      id,
      descriptor,
      position: Number.isNaN(east) ? undefined : { east: east!, north: north! },
    };
  });
}
