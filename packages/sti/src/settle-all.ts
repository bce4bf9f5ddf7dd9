/** Waits for all of them, also after one has failed: none goes on unseen. Fails as the first in the list that failed. */
export async function settleAll<const Values extends readonly Promise<unknown>[]>(
  promises: Values,
): Promise<{ -readonly [At in keyof Values]: Awaited<Values[At]> }> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}
