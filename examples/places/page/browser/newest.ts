/** Works on one thing at a time, and next on the newest: what was given in between is left out. */
export class Newest<Thing> {
  private next: Thing | undefined;
  private isBusy = false;

  constructor(
    private readonly work: (thing: Thing) => Promise<void>,
    private readonly showBusy: (isBusy: boolean) => void,
  ) {}

  give(thing: Thing): void {
    this.next = thing;
    if (!this.isBusy) void this.run();
  }

  private async run(): Promise<void> {
    this.isBusy = true;
    this.showBusy(true);
    while (this.next != null) {
      const thing = this.next;
      this.next = undefined;
      await this.work(thing);
      // The browser draws, and takes what the user does.
      await new Promise((resolve) => setTimeout(resolve));
    }
    this.isBusy = false;
    this.showBusy(false);
  }
}
