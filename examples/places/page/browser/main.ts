// The page of `npm run example:places:page`: it draws a view, describes it by the packed net and finds its place.
import type { Sizes } from '../../options';
import { planOf, type Plan } from '../../plan';
import type { Place } from '../../world/city';
import { Houses } from '../../world/houses';
import { seenPlaces } from '../../world/survey';
import type { World } from '../../world/view';
import { CityMap } from './city_map';
import { element } from './elements';
import { fetched } from './fetched';
import { Finder, type Answer } from './finder';
import { Gallery } from './gallery';
import { MatchList } from './match_list';
import { Newest } from './newest';
import { showView } from './picture';
import { drawQuery, settingsOf, type Query, type Settings, type Taken } from './query';
import { Sliders } from './sliders';
import { placeAt, placeBeyond, STEPS } from './walk';
import { count, inWords } from './words';

/** Decides on camera and traffic of views at places that the user chooses. */
const OWN_VIEWS_SEED = 4;

/** What the user sees and changes. */
class Page {
  private readonly world: World;
  private readonly places: readonly Place[];
  private readonly sliders = new Sliders((settings) => this.set(this.taken, settings));
  private readonly gallery: Gallery;
  private readonly list: MatchList;
  private readonly map: CityMap;
  private readonly finder: Promise<Finder>;
  private readonly searches = new Newest<Query>((query) => this.find(query), setBusy);
  private taken: Taken;
  private settings: Settings;
  private query: Query;

  constructor(private readonly plan: Plan) {
    const { database, queries } = plan;
    this.places = seenPlaces(database);
    this.finder = Finder.load(this.places);
    this.world = { seed: database.city, houses: new Houses(database.city) };
    const views = seenPlaces(queries).map((place, index) => ({ survey: queries, place, index }));
    this.gallery = new Gallery(this.world, views, (taken) => this.take(taken));
    this.list = new MatchList(this.world, database);
    this.map = new CityMap(this.places, (x, y) =>
      this.goTo(placeAt(this.places, x, y, this.query.place.direction)),
    );
    this.taken = this.gallery.showFirst();
    this.settings = settingsOf(this.taken);
    this.query = drawQuery(this.world, this.taken, this.settings);
    this.listen();
    this.set(this.taken, this.settings);
  }

  private listen(): void {
    element('map').onkeydown = (event) => {
      const direction = STEPS[event.key];
      if (direction == null) return;
      event.preventDefault();
      this.goTo(placeBeyond(this.places, this.query.place, direction));
    };
    element('others').onclick = () => {
      this.gallery.showOthers();
      this.gallery.mark(this.taken);
    };
    element('random').onclick = () => this.take(this.gallery.anyQuery());
    element('reset').onclick = () => this.take(this.taken);
    element('zoom').onclick = () => {
      element('zoom').ariaPressed = String(this.map.zoom());
    };
  }

  private take(taken: Taken): void {
    this.set(taken, settingsOf(taken));
  }

  /** To a place of the database; season, weather and night stay. */
  private goTo(index: number | undefined): void {
    if (index == null) return;
    const survey = { ...this.plan.database, name: 'own', seed: OWN_VIEWS_SEED };
    const taken = { survey, place: this.places[index], index };
    this.set(taken, { ...this.settings, ahead: 0, right: 0, turn: 0 });
  }

  private set(taken: Taken, settings: Settings): void {
    this.taken = taken;
    this.settings = settings;
    this.query = drawQuery(this.world, taken, settings);
    const words = inWords(this.query.place, this.query.conditions);
    const picture = element<HTMLCanvasElement>('query');
    showView(picture, this.query.pixels);
    picture.ariaLabel = `A view, ${words}`;
    element('words').textContent = `${words[0].toUpperCase()}${words.slice(1)}.`;
    this.sliders.show(settings);
    this.gallery.mark(taken);
    this.searches.give(this.query);
  }

  private async find(query: Query): Promise<void> {
    try {
      const finder = await this.finder;
      const answer = await finder.find(query);
      this.list.show(answer.matches);
      this.map.show(query, answer.matches);
      element('about').textContent = about(this.places.length, finder.bits);
      element('found').textContent = inShort(answer, this.places.length);
    } catch (error) {
      showProblem(error as Error);
    }
  }
}

function about(views: number, bits: number): string {
  return (
    `${count(views)} views of a city are known, each by ${bits} bits. A packed ternary net describes another view, and ` +
    'an index finds those that differ from it in the fewest bits: all in this page.'
  );
}

function inShort({ matches, describeMs, searchMs }: Answer, views: number): string {
  const right = matches.filter((match) => match.right).length;
  return (
    `${right} of ${matches.length} show the same place. ` +
    `Described in ${describeMs.toFixed(1)} ms, found among ${count(views)} in ${searchMs.toFixed(2)} ms.`
  );
}

function setBusy(isBusy: boolean): void {
  document.querySelector('main')!.ariaBusy = String(isBusy);
}

function showProblem({ message }: Error): void {
  element('problem').textContent = message;
}

async function main(): Promise<void> {
  const response = await fetched('settings.json');
  const { seed, ...sizes } = (await response.json()) as Sizes & { seed: number };
  new Page(planOf(seed, sizes));
}

main().catch(showProblem);
