/** A body that cannot be read, or does not fit the model. */
export class BadBody extends Error {}
