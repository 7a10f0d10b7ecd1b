import { DIGEST_BYTES, digestOf } from './digest';
import { layoutOf, MARK, positionAt, VERSION, type Header } from './saved_form';
import type { StoredPlaces } from './stored_places';

/** The places as they are at the call. */
export async function writeSaved(places: StoredPlaces): Promise<Uint8Array<ArrayBuffer>> {
  const { bits, size } = places;
  const ids = new TextEncoder().encode(JSON.stringify(places.allIds));
  const header = { version: VERSION, bits, size, idBytes: ids.length };
  const { idsAt, digestAt } = layoutOf(header);
  const saved = new Uint8Array(digestAt + DIGEST_BYTES);
  writeHeader(saved, header);
  writePlaces(saved, header, places);
  saved.set(ids, idsAt);
  saved.set(await digestOf(saved.subarray(0, digestAt)), digestAt);
  return saved;
}

function writeHeader(saved: Uint8Array<ArrayBuffer>, header: Header): void {
  saved.set(new TextEncoder().encode(MARK));
  const view = new DataView(saved.buffer);
  const { version, bits, size, idBytes } = header;
  [version, bits, size, idBytes].forEach((value, i) => view.setUint32(8 + 4 * i, value, true));
}

function writePlaces(saved: Uint8Array<ArrayBuffer>, header: Header, places: StoredPlaces): void {
  const { descriptorsAt } = layoutOf(header);
  const view = new DataView(saved.buffer);
  for (let row = 0; row < header.size; row++) {
    const { descriptor, position } = places.place(row);
    view.setFloat64(positionAt(row), position?.east ?? NaN, true);
    view.setFloat64(positionAt(row) + 8, position?.north ?? NaN, true);
    saved.set(descriptor, descriptorsAt + row * descriptor.length);
  }
}
