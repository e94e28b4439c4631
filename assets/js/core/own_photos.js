// A visitor's own photos stay with their browser: kept in IndexedDB, so that a server that has lost one is sent it again.

const MOST = 12;
const KEPT_MS = 24 * 3600 * 1000; // as long as the server keeps them
const STORE = 'photos';
const PATIENCE_MS = 1000; // for a browser's disk, before a photo is shown that it may not keep

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

const committed = (transaction) =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
  });

/** Run something on the store, to its end; a browser that has none (a private window, a full disk) keeps nothing. */
async function within(mode, run) {
  try {
    const database = await opened();
    try {
      const transaction = database.transaction(STORE, mode),
        end = committed(transaction);
      const [found] = await Promise.all([run(transaction.objectStore(STORE)), end]);
      return found;
    } finally {
      database.close();
    }
  } catch {
    return null;
  }
}

const kept = (photo, file) =>
  within('readwrite', async (store) => {
    store.put({ photo, file, at: Date.now() });
    const all = await done(store.getAll());
    all.sort((a, b) => b.at - a.at);
    all.forEach((one, i) => {
      if (i >= MOST || Date.now() - one.at > KEPT_MS) store.delete(one.photo);
    });
  });

export const ownPhotos = {
  /** Keep the file of a photo by the server's name for it; the oldest leave. Done when it is kept, or cannot be for now. */
  keep: (photo, file) => Promise.race([kept(photo, file), new Promise((done) => setTimeout(done, PATIENCE_MS))]),
  /** The file of a photo, or null. */
  find: (photo) => within('readonly', async (store) => (await done(store.get(photo)))?.file ?? null),
};
