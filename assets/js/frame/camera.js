// A photo from the webcam, taken in a dialog; nothing leaves the browser before the button is pressed.

import { h } from '../core/dom.js';
import { update } from '../core/state.js';
import { say } from '../core/text.js';
import { Problem } from '../core/wire.js';

export async function openCamera(take) {
  if (!navigator.mediaDevices) {
    // Browsers offer a camera only to pages on this computer or over https.
    update({ problem: new Problem('camera_insecure') });
    return;
  }
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment', width: { ideal: 1280 } } });
  } catch {
    update({ problem: new Problem('camera_refused') });
    return;
  }
  const video = h('video', { autoplay: true, playsinline: true, muted: true });
  video.srcObject = stream;
  const shoot = h('button.action.primary', { type: 'button', disabled: true, onclick: () => {
    const frame = document.createElement('canvas');
    [frame.width, frame.height] = [video.videoWidth, video.videoHeight];
    frame.getContext('2d').drawImage(video, 0, 0);
    frame.toBlob((blob) => { dialog.close(); take(blob); }, 'image/jpeg', 0.92);
  } }, say(h('span'), 'strip.camera_shoot'));
  video.addEventListener('loadeddata', () => { shoot.disabled = false; });
  const cancel = h('button.action', { type: 'button', onclick: () => dialog.close() }, say(h('span'), 'strip.camera_cancel'));
  const dialog = h('dialog.camera', { onclose: () => { stream.getTracks().forEach((track) => track.stop()); dialog.remove(); } },
    video, h('div.actions', {}, shoot, cancel));
  document.body.append(dialog);
  dialog.showModal();
}
