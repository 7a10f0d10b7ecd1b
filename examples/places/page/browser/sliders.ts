import type { Season } from '../../world/conditions';
import { element } from './elements';
import type { Settings } from './query';

type Name = Exclude<keyof Settings, 'season'>;

interface Slider {
  readonly label: string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly text: (value: number) => string;
}

const metres = (value: number) => `${value.toFixed(1)} m`;
const percent = (value: number) => `${Math.round(100 * value)} %`;

const SLIDERS: Record<Name, Slider> = {
  ahead: { label: 'Step ahead', min: -30, max: 30, step: 0.5, text: metres },
  right: { label: 'Step right', min: -4, max: 4, step: 0.1, text: metres },
  turn: { label: 'Turn right', min: -180, max: 180, step: 1, text: (value) => `${value}°` },
  night: { label: 'Night', min: 0, max: 1, step: 0.01, text: percent },
  fog: {
    ...{ label: 'Fog', min: 0, max: 0.05, step: 0.0005 },
    text: (value) => `${(100 * value).toFixed(1)} % / m`,
  },
  rain: { label: 'Rain', min: 0, max: 1, step: 0.01, text: percent },
  snow: { label: 'Snow', min: 0, max: 1, step: 0.01, text: percent },
};
const NAMES = Object.keys(SLIDERS) as Name[];

/** The sliders that change a view, and the list of seasons. */
export class Sliders {
  private readonly season = element<HTMLSelectElement>('season');
  private readonly inputs = new Map<Name, HTMLInputElement>();
  private shown: Settings | undefined;

  /** @param changed is called when the user moves one. */
  constructor(changed: (settings: Settings) => void) {
    for (const name of NAMES) this.inputs.set(name, this.add(name));
    element('settings').oninput = ({ target }) => {
      if (this.shown == null) return;
      this.show({ ...this.shown, ...this.read(target as HTMLInputElement) });
      changed(this.shown);
    };
  }

  show(settings: Settings): void {
    this.shown = settings;
    this.season.value = settings.season;
    for (const [name, input] of this.inputs) {
      const text = SLIDERS[name].text(settings[name]);
      input.value = String(settings[name]);
      input.ariaValueText = text;
      input.nextElementSibling!.textContent = text;
    }
  }

  /** Only what was moved: the sliders round what they show. */
  private read(input: HTMLInputElement): Partial<Settings> {
    return input.id === 'season'
      ? { season: this.season.value as Season }
      : { [input.id]: Number(input.value) };
  }

  private add(name: Name): HTMLInputElement {
    const { label, min, max, step } = SLIDERS[name];
    const row = document.createElement('label');
    const input = document.createElement('input');
    Object.assign(input, { type: 'range', id: name, min, max, step });
    const title = document.createElement('span');
    title.textContent = label;
    const value = document.createElement('span');
    value.ariaHidden = 'true'; // the slider itself says it
    row.append(title, input, value);
    element('settings').append(row);
    return input;
  }
}
