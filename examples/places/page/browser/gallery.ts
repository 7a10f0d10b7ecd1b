import { element } from './elements';
import { newPicture, showView } from './picture';
import { drawQuery, settingsOf, type Taken } from './query';
import { count, inWords } from './words';
import type { World } from '../../world/view';

const VIEWS = 8;

/** Some of the queries, as buttons. */
export class Gallery {
  private readonly list = element('views');

  constructor(
    private readonly world: World,
    private readonly queries: readonly Taken[],
    private readonly picked: (taken: Taken) => void,
  ) {}

  /** As far from each other as they can be. @returns the first of them. */
  showFirst(): Taken {
    const every = Math.max(1, Math.floor(this.queries.length / VIEWS));
    return this.show(this.queries.filter((_, i) => i % every === 0).slice(0, VIEWS));
  }

  showOthers(): void {
    this.show(Array.from({ length: VIEWS }, () => this.anyQuery()));
  }

  anyQuery(): Taken {
    return this.queries[Math.floor(Math.random() * this.queries.length)];
  }

  /** Marks the button of a view, if it has one. */
  mark({ survey, index }: Taken): void {
    for (const button of Array.from(this.list.children)) {
      button.ariaPressed = String(button.id === `${survey.name}-${index}`);
    }
  }

  private show(taken: readonly Taken[]): Taken {
    this.list.replaceChildren(...taken.map((one) => this.buttonOf(one)));
    return taken[0];
  }

  private buttonOf(taken: Taken): HTMLButtonElement {
    const { pixels, place, conditions } = drawQuery(this.world, taken, settingsOf(taken));
    const picture = newPicture();
    showView(picture, pixels);
    const button = document.createElement('button');
    button.id = `${taken.survey.name}-${taken.index}`;
    button.ariaLabel = `View ${count(taken.index + 1)}, ${inWords(place, conditions)}`;
    button.append(picture);
    button.onclick = () => this.picked(taken);
    return button;
  }
}
