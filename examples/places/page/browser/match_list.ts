import { seenPlaces, viewAt, type Survey } from '../../world/survey';
import type { World } from '../../world/view';
import { element } from './elements';
import type { Match } from './finder';
import { newPicture, showView } from './picture';
import { count } from './words';

/** What was found, the nearest first, each with its view of the database. */
export class MatchList {
  private readonly list = element('matches');

  constructor(
    private readonly world: World,
    private readonly database: Survey,
    private readonly places = seenPlaces(database),
  ) {}

  show(matches: readonly Match[]): void {
    this.list.replaceChildren(...matches.map((match) => this.itemOf(match)));
  }

  private itemOf(match: Match): HTMLLIElement {
    const { view, right, bits, metres } = match;
    const picture = newPicture();
    showView(picture, viewAt(this.world, this.database, this.places[view], view));
    const item = document.createElement('li');
    item.className = right ? 'right' : 'wrong';
    item.dataset.view = String(view);
    item.append(
      picture,
      line('verdict', right ? '✓ same place' : '✗ another place'),
      line('bits', `${bits} bits`),
      line('metres', `${count(Math.round(metres))} m away`),
    );
    return item;
  }
}

function line(className: string, text: string): HTMLSpanElement {
  const span = document.createElement('span');
  span.className = className;
  span.textContent = text;
  return span;
}
