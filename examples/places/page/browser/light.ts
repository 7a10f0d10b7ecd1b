import { mix } from '../../world/color';
import { fairConditions, nightfall, type Conditions } from '../../world/conditions';
import { randomFrom } from '../../world/random';

/** What is different when the night falls. */
type Light = Pick<Conditions, 'night' | 'sky' | 'ambient' | 'direct'>;

/** The light of some conditions, made as dark as `night` says: 0 is the day. */
export function lightAt(own: Conditions, night: number): Light {
  if (night === own.night) return own;
  const [day, dark] =
    own.night === 0
      ? [own, nightfall(randomFrom(own.seed))]
      : [fairConditions(randomFrom(own.seed)), own];
  const share = Math.min(1, night / dark.night);
  return {
    night,
    sky: mix(day.sky, dark.sky, share),
    ambient: day.ambient + (dark.ambient - day.ambient) * share,
    direct: day.direct * (1 - share),
  };
}
