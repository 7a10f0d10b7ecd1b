/** Values of every type that JSON has. */
const VALUES: readonly unknown[] = [
  null, true, false, 0, 1, -3, 7, 0.5, 1e99, '', 'x', 'float32', 'int32', '0/kernel', [], [2, 3], [null], {}, { name: 'x' },
]; // prettier-ignore

type Random = () => number;

/** Where in a value an edit was made, as in "optimizer.iterations", and what it was. */
export interface Edit {
  readonly path: string;
  readonly kind: 'replaced' | 'removed' | 'added' | 'repeated' | 'swapped' | 'nudged';
}

export function pick<T>(random: Random, values: readonly T[]): T {
  return values[Math.floor(random() * values.length)]!;
}

/** Changes one place in a JSON value, in place. */
export function damageJson(value: object, random: Random): Edit {
  const places = containersIn(value, '');
  const { path, container } = pick(random, places);
  const keys = Object.keys(container);
  const key = pick(random, keys) ?? '0';
  const edit = (kind: Edit['kind'], at = key) => ({ path: path ? `${path}.${at}` : at, kind });
  const slots = container as Record<string, unknown>;
  switch (Math.floor(random() * 6)) {
    case 0:
      if (Array.isArray(container)) container.splice(Number(key), 1);
      else delete slots[key];
      return edit('removed');
    case 1: {
      const added = pick(random, ['version', 'digest', 'extra', 'quantization', 'blend']);
      if (!Array.isArray(container)) slots[added] = 1;
      else container.push(pick(random, VALUES));
      return edit('added', Array.isArray(container) ? key : added);
    }
    case 2:
      if (!Array.isArray(container)) break;
      container.push(container[Number(key)]);
      return edit('repeated');
    case 3: {
      const other = pick(random, keys) ?? '0';
      [slots[key], slots[other]] = [slots[other], slots[key]];
      return edit('swapped');
    }
    case 4:
      slots[key] = nudged(slots[key], random);
      return edit('nudged');
  }
  slots[key] = pick(random, VALUES);
  return edit('replaced');
}

function containersIn(value: object, path: string): Array<{ path: string; container: object }> {
  const within = Object.entries(value).filter(
    (entry): entry is [string, object] => typeof entry[1] === 'object' && entry[1] !== null,
  );
  const inner = within.flatMap(([key, part]) => containersIn(part, path ? `${path}.${key}` : key));
  return [{ path, container: value }, ...inner];
}

/** Almost the same value. */
function nudged(value: unknown, random: Random): unknown {
  if (typeof value === 'number') return pick(random, [value + 1, value - 1, -value, value / 3]);
  if (typeof value !== 'string' || value === '') return String(value);
  const at = Math.floor(random() * value.length);
  return value.slice(0, at) + pick(random, ['', '0', '1', 'k', '/']) + value.slice(at + 1);
}
