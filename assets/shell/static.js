// This page lies in a folder: its modules are files beside it, and so is whatever the server answered.
(async () => {
  const ENDINGS = { 'image/jpeg': 'jpg', 'image/png': 'png' },
    place = (id, media) => String(new URL(`recorded/${id}.${ENDINGS[media] ?? 'bin'}`, document.baseURI)),
    open = async (id, media) => (await fetch(place(id, media))).body;
  const load = (path) => import(`./js/${path}`),
    [{ answerRecorded, mountAll }, index] = await Promise.all([
      load('core/recorded.js'),
      fetch('recorded/index.json').then((answer) => answer.json()),
    ]);
  answerRecorded({ ...index, open, place });
  await mountAll(load);
})().catch((error) => {
  console.error(error);
  document.getElementById('unreadable').hidden = false;
});
