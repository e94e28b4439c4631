// Everything this page is lies in this file: its modules, and what the server answered. Where it is opened from a disk, no module would load
// by its own address: each gets one of this page's making, and the import map knows it by its path.
(async () => {
  const textOf = (id) => document.getElementById(id).textContent,
    bytesOf = (id) => Uint8Array.from(atob(textOf(id)), (sign) => sign.charCodeAt(0)),
    open = async (id) => new Blob([bytesOf(id)]).stream();
  const unpacked = (await open('modules')).pipeThrough(new DecompressionStream('gzip')),
    modules = await new Response(unpacked).json();
  const imports = {};
  for (const [path, text] of Object.entries(modules))
    imports[`microscope/${path}`] = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
  const map = document.createElement('script');
  map.type = 'importmap';
  map.textContent = JSON.stringify({ imports });
  document.head.append(map);
  const load = (path) => import(`microscope/${path}`),
    { answerRecorded, mountAll } = await load('core/recorded.js');
  const place = (id, media) => `data:${media};base64,${textOf(id)}`;
  answerRecorded({ ...JSON.parse(textOf('index')), open, place });
  await mountAll(load);
})().catch((error) => {
  console.error(error);
  document.getElementById('unreadable').hidden = false;
});
