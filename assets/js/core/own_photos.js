// A visitor's own photos stay with their browser: kept in IndexedDB, so that a server that has lost one is sent it again.

const MOST = 12;
const KEPT_MS = 24 * 3600 * 1000; // as long as the server keeps them
const STORE = 'photos';

/** Whether a server's refusal means that it has not (or no longer) got the photo. */
export const lost = (problem) => problem.code === 'photo_gone';

/** @returns {Promise<IDBDatabase>} */
const opened = () =>
  new Promise((resolve, reject) => {
    const asked = indexedDB.open('microscope', 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: 'photo' });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });

const done = (asked) =>
  new Promise((resolve, reject) => {
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });

/** Run something on the store; a browser that has none (a private window, a full disk) keeps nothing. */
async function within(mode, run) {
  try {
    const database = await opened();
    try {
      return await run(database.transaction(STORE, mode).objectStore(STORE));
    } finally {
      database.close();
    }
  } catch {
    return null;
  }
}

export const ownPhotos = {
  /** Keep the file of a photo by the server's name for it; the oldest leave. */
  keep: (photo, file) =>
    within('readwrite', async (store) => {
      store.put({ photo, file, at: Date.now() });
      const all = await done(store.getAll());
      all.sort((a, b) => b.at - a.at);
      all.forEach((one, i) => {
        if (i >= MOST || Date.now() - one.at > KEPT_MS) store.delete(one.photo);
      });
    }),
  /** The file of a photo, or null. */
  find: (photo) => within('readonly', async (store) => (await done(store.get(photo)))?.file ?? null),
};
