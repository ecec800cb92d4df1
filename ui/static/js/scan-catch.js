// An invisible field, for scanners whose keys have no name (Android): their text comes only if there is a field.
export const FIELD = 'textarea, [contenteditable=true], '
  + 'input:not([type=radio], [type=checkbox], [type=button], [type=submit], [type=reset], [type=range])';

// text(string, event, was) for text that came without a key we know (`was`: the field's content before); isKnown() tells whether a key explains it.
export function catcher({ text, isKnown, erased }) {
  let field = null;
  let wanted = false; // such a scanner was used here: the field is kept ready
  let composed = '';
  let told = false; // by beforeinput, so that input does not report it again
  const values = new WeakMap();

  const make = () => {
    field = document.createElement('input');
    field.className = 'vh';
    field.inputMode = 'none'; // no keyboard on the screen
    field.autocomplete = 'off';
    field.autocapitalize = 'off';
    field.tabIndex = -1;
    field.setAttribute('aria-hidden', 'true');
    document.body.append(field);
  };
  const ready = () => {
    const here = document.activeElement;
    if (here?.matches(FIELD)) return;
    if (!field?.isConnected) make();
    field.focus({ preventScroll: true });
  };
  const take = (data, event, was) => {
    if (!data || isKnown(event)) return;
    const composing = event.inputType === 'insertCompositionText';
    const more = composing && data.startsWith(composed) ? data.slice(composed.length) : data;
    composed = composing ? data : '';
    if (more) text(more.normalize('NFKC'), event, was); // an input method may make digits full-width
  };

  addEventListener('beforeinput', (event) => {
    if (event.inputType?.startsWith('delete')) erased();
    else if (event.data && event.inputType !== 'insertFromPaste') {
      told = true;
      take(event.data, event);
    }
  }, true);
  addEventListener('input', (event) => {
    if (!event.target?.matches?.(FIELD)) return; // a choice that was made: nobody typed its value
    const before = values.get(event.target) ?? '';
    const { value } = event.target;
    if (typeof value === 'string') values.set(event.target, value);
    if (told || event.inputType?.startsWith('delete') || event.inputType === 'insertFromPaste') told = false;
    else if (event.data) take(event.data, event, before);
    else if (typeof value === 'string' && value.startsWith(before)) take(value.slice(before.length), event, before);
  }, true);
  addEventListener('compositionstart', () => { composed = ''; }, true);
  addEventListener('compositionend', (event) => {
    if (event.data && event.data !== composed && event.data.startsWith(composed)) take(event.data.slice(composed.length), event);
    composed = '';
  }, true);
  addEventListener('focusout', () => { if (wanted) setTimeout(() => { if (wanted && document.activeElement === document.body) ready(); }); }, true);

  return {
    want() { wanted = true; ready(); },
    clear() { composed = ''; if (field) { field.value = ''; values.delete(field); } },
    is: (target) => target === field,
    keep(target) { if (target?.matches?.(FIELD) && !values.has(target)) values.set(target, target.value ?? ''); },
  };
}
