// A slice of a font that was asked for while the box was away stays broken for the browser; the style sheet put in anew asks
// for it again.
let broken = false;

document.fonts.addEventListener('loadingerror', () => { broken = true; });

// To be called at each sign of life of the box.
export function mendFonts() {
  if (!broken) return;
  broken = false;
  const sheet = document.querySelector('link[rel="stylesheet"][href*="/fonts.css"]');
  const anew = sheet.cloneNode();
  anew.addEventListener('load', () => sheet.remove());
  anew.addEventListener('error', () => {
    anew.remove();
    broken = true;
  });
  sheet.after(anew);
}
