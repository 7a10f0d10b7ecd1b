import { randomSource } from '../support/values';

/*
 * tfjs draws initial weights and dropout from Math.random. From one seed for every test, they are the
 * same in every run, whichever tests run beside: what fails once fails again.
 */
function seed(): void {
  Math.random = randomSource(1);
}

seed();
beforeEach(seed);
