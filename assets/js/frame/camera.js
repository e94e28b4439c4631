// A photo from the webcam, taken in a dialog; nothing leaves the browser before the button is pressed.

import { h } from '../core/dom.js';
import { isWritable } from '../core/field.js';
import { update } from '../core/state.js';
import { bindLabel, bindText } from '../core/text.js';
import { Problem } from '../core/wire.js';

let asking = false; // the browser may ask the visitor for a while, and the button can be pressed again meanwhile

export async function openCamera(take) {
  if (asking) return;
  if (!navigator.mediaDevices) {
    // Browsers lend a camera only to pages on this computer or over https.
    if (matchMedia('(pointer: coarse)').matches) openPhoneCamera(take);
    else update({ problem: new Problem('camera_insecure') });
    return;
  }
  let stream;
  asking = true;
  try {
    stream = await navigator.mediaDevices.getUserMedia({
      video: { facingMode: 'environment', width: { ideal: 1280 } },
    });
  } catch {
    update({ problem: new Problem('camera_refused') });
    return;
  } finally {
    asking = false;
  }
  if (isWritable(document.activeElement)) {
    // The browser asked for so long that the visitor is writing by now: no dialog takes the keys away.
    stream.getTracks().forEach((track) => track.stop());
    update({ problem: new Problem('camera_later') });
    return;
  }
  const video = h('video', { autoplay: true, playsinline: true, muted: true });
  video.srcObject = stream;
  const shoot = h(
    'button.action.primary',
    {
      type: 'button',
      disabled: true,
      onclick: () => {
        shoot.disabled = true; // one photo, however often it is pressed
        const frame = document.createElement('canvas');
        [frame.width, frame.height] = [video.videoWidth, video.videoHeight];
        frame.getContext('2d').drawImage(video, 0, 0);
        frame.toBlob(
          (blob) => {
            dialog.close();
            take(blob);
          },
          'image/jpeg',
          0.92,
        );
      },
    },
    bindText(h('span'), 'strip.camera_shoot'),
  );
  video.addEventListener('loadeddata', () => {
    shoot.disabled = false;
  });
  const cancel = h(
    'button.action',
    { type: 'button', onclick: () => dialog.close() },
    bindText(h('span'), 'strip.camera_cancel'),
  );
  const dialog = h(
    'dialog.camera',
    {
      onclose: () => {
        stream.getTracks().forEach((track) => track.stop());
        dialog.remove();
      },
    },
    video,
    h('div.actions', {}, shoot, cancel),
  );
  bindLabel(dialog, 'aria-label', 'strip.camera');
  document.body.append(dialog);
  dialog.showModal();
}

/** The camera of a phone itself, which takes a photo for any page as another way to choose a file. */
function openPhoneCamera(take) {
  const file = h('input', { type: 'file', accept: 'image/*', capture: 'environment' });
  file.addEventListener('change', () => take(file.files[0]));
  file.click();
}
