import type { Place } from '../../world/city';
import type { Conditions } from '../../world/conditions';

const DIRECTIONS = ['east', 'north', 'west', 'south'];
/** Less is not worth a word. */
const [SOME_FOG, SOME_RAIN, SOME_SNOW, SOME_NIGHT] = [0.005, 0.35, 0.05, 0.3];

/** Such as "looking north, by night in winter, with snow". */
export function inWords({ direction }: Place, conditions: Conditions): string {
  const { night, season, fog, rain, snow } = conditions;
  const weather = [
    ...(fog > SOME_FOG && rain <= SOME_RAIN ? ['fog'] : []),
    ...(rain > SOME_RAIN ? ['rain'] : []),
    ...(snow > SOME_SNOW ? ['snow'] : []),
  ];
  const time = `${night > SOME_NIGHT ? 'by night' : 'by day'} in ${season}`;
  const looking = `looking ${DIRECTIONS[direction]}, ${time}`;
  return weather.length === 0 ? looking : `${looking}, with ${weather.join(' and ')}`;
}

export function count(number: number): string {
  return number.toLocaleString('en-US');
}
