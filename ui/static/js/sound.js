// Three short sounds, made in the browser; each is also to be seen. A kiosk's Chromium runs with
// --autoplay-policy=no-user-gesture-required; elsewhere they are silent until the first touch.
const VOLUME = 0.18;
let context;

function tone(frequency, at, length, share = 1) {
  context ??= new AudioContext();
  if (context.state === 'suspended') context.resume();
  const wave = context.createOscillator();
  const gain = context.createGain();
  const start = context.currentTime + at;
  wave.frequency.value = frequency;
  wave.connect(gain).connect(context.destination);
  gain.gain.setValueAtTime(0, start);
  gain.gain.linearRampToValueAtTime(VOLUME * share, start + 0.008); // no click
  gain.gain.exponentialRampToValueAtTime(0.0001, start + length);
  wave.start(start);
  wave.stop(start + length + 0.02);
}

export const sound = {
  ok: () => tone(1318.5, 0, 0.14),
  no: () => {
    tone(392, 0, 0.16);
    tone(392, 0.2, 0.16);
  },
  ready: () => {
    tone(1046.5, 0, 0.5, 0.8);
    tone(783.99, 0.22, 0.7, 0.8);
  },
};
