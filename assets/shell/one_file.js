// Everything this page is lies in this file: its modules, and what the server answered. Where it is opened from a disk, no module would load
// by its own address: each gets one of this page's making, and the import map knows it by its path.
(async () => {
  const CHARSET = 'windows-1252',
    decoder = new TextDecoder(CHARSET);
  // A server may say that it sends another charset than the file says of itself: then the file is read anew, as it was meant.
  const page =
    document.characterSet === CHARSET
      ? document
      : new DOMParser().parseFromString(decoder.decode(await (await fetch(location.href)).arrayBuffer()), 'text/html');
  const textOf = (id) => page.getElementById(id).textContent;
  // Each sign is a byte; the four that a script cannot hold are written as "=" and one 64 further (demo/offline/shell.py).
  const byteOf = new Uint8Array(65536);
  for (let byte = 0; byte < 256; byte++) byteOf[decoder.decode(Uint8Array.of(byte)).charCodeAt(0)] = byte;
  const bytesOf = (id) => {
    const text = textOf(id),
      bytes = new Uint8Array(text.length);
    let length = 0;
    for (let i = 0; i < text.length; i++) {
      const escaped = text[i] === '=';
      bytes[length++] = escaped ? byteOf[text.charCodeAt(++i)] - 64 : byteOf[text.charCodeAt(i)];
    }
    return bytes.subarray(0, length);
  };
  const open = async (id) => new Blob([bytesOf(id)]).stream();
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
  // No address of its own: what is drawn from a picture may be taken away.
  const place = (id, media) =>
    `data:${media};base64,${btoa(Array.from(bytesOf(id), (byte) => String.fromCharCode(byte)).join(''))}`;
  answerRecorded({ ...JSON.parse(textOf('index')), open, place });
  await mountAll(load);
})().catch((error) => {
  console.error(error);
  document.getElementById('unreadable').hidden = false;
});
