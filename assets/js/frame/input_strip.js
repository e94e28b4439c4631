// The photo, the model and the picture size, one line high on every screen.

import { booted } from '../core/boot.js';
import { h } from '../core/dom.js';
import { OPENING } from '../core/journeys.js';
import { requestPhoto, uploadPhoto, trained } from '../core/photo_query.js';
import { needsServer, switchedOff } from '../core/needs_server.js';
import { on, state, update } from '../core/state.js';
import { bindLabel, bindText, united } from '../core/text.js';
import { pictureAddress, Problem } from '../core/wire.js';
import { listen } from './bringing.js';
import { openCamera } from './camera.js';
import { buildDoor } from './door.js';
import { buildGallery } from './gallery.js';
import { buildGone } from './gone.js';
import { photoName } from '../core/input_name.js';
import { asksReach, modelOptions } from './model_options.js';

export async function mount(root) {
  const boot = await booted;
  const thumb = h('img.thumb', { alt: '', fetchpriority: 'high' });
  const name = h('span.photo-name', { translate: 'no' });
  const file = h('input', {
    type: 'file',
    accept: boot.photo_kinds,
    hidden: true,
    onchange: () => {
      uploadPhoto(file.files[0]);
      file.value = '';
    },
  });
  const upload = action('upload', () => file.click());
  const paste = action('paste', () =>
    pasteFromClipboard().then(uploadPhoto, () => update({ problem: new Problem('paste_hint') })),
  );
  const camera = action('camera', () => openCamera(uploadPhoto));
  const gallery = buildGallery(boot.gallery, (photo) => requestPhoto({ photo }));
  const examples = action('examples', () => gallery.toggle());
  examples.setAttribute('aria-expanded', 'false');
  gallery.onToggle((open) => examples.setAttribute('aria-expanded', String(open)));
  const models = h('select', { onchange: () => requestPhoto({ model: models.value, size: 0 }) });
  const sizes = h('div.segmented.sizes', { role: 'group' });
  switchedOff(bindLabel(sizes, 'aria-label', 'strip.sizes'));
  bindLabel(models, 'aria-label', 'strip.model');

  const strip = h('section.strip');
  // On a phone the strip is one line; model and size come with this button.
  const more = h(
    'button.action.more',
    {
      type: 'button',
      'aria-expanded': 'false',
      onclick: () => {
        more.setAttribute('aria-expanded', String(strip.classList.toggle('open')));
      },
    },
    '⋯',
  );
  bindLabel(more, 'aria-label', 'strip.more');
  const gone = buildGone(
    action('upload', () => file.click()),
    action('examples', () => gallery.toggle()),
  );
  root.append(strip, gallery.element, gone);
  const door = buildDoor('photo');
  strip.append(
    h('div.photo', {}, thumb, name),
    door.words,
    h('div.actions', {}, door.follow, ...needsServer(upload, paste, camera), examples, more, file),
    h('label.model', {}, bindText(h('span'), 'strip.model'), models),
    h('div.size', {}, bindText(h('span'), 'strip.size'), sizes),
  );

  listen();

  function show() {
    const { photoQuery } = state;
    // Where a photo is gone, none is named.
    thumb.hidden = !photoQuery;
    // A model that has answered is on the server by now.
    const model = photoQuery?.model ?? state.model ?? boot.first.model;
    if (photoQuery) {
      const shown = boot.models.find(({ name: n }) => n === model);
      if (shown) shown.here = true;
      else boot.models.push({ name: model, here: true }); // repaired since the page was opened
    }
    models.replaceChildren(...modelOptions(boot.models));
    models.value = model;
    if (!photoQuery) {
      name.textContent = '';
      sizes.replaceChildren();
      return;
    }
    thumb.src =
      state.screen === OPENING
        ? pictureAddress('seen', trained(photoQuery))
        : pictureAddress('thumb', { photo: photoQuery.photo });
    name.textContent = photoName(photoQuery);
    thumb.alt = name.textContent;
    sizes.replaceChildren(
      ...photoQuery.sizes.map((size) =>
        h(
          'button',
          {
            type: 'button',
            'aria-pressed': String(size === photoQuery.size),
            onclick: () => requestPhoto({ size }),
            title: `${size} × ${united(size, 'px')}`,
          },
          `${size / photoQuery.patch}×${size / photoQuery.patch}`,
        ),
      ),
    );
  }
  on('photoQuery lang problem screen', show);
  asksReach(models, boot.models, show);
  on('wanted', () => {
    document.documentElement.toggleAttribute('data-busy', Boolean(state.wanted));
  });

  show();
}

function action(key, onclick) {
  return h('button.action', { type: 'button', onclick, 'data-action': key }, bindText(h('span'), `strip.${key}`));
}

async function pasteFromClipboard() {
  for (const item of await navigator.clipboard.read()) {
    const type = item.types.find((kind) => kind.startsWith('image/'));
    if (type) return item.getType(type);
  }
  return null;
}
