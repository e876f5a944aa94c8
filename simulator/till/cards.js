// Lists of cards that are changed in place, so that focus and a reader's place stay.

/** Sets the text of each element that names one of `texts`; unchanged text is left alone. */
export function write(card, texts) {
  for (const element of card.querySelectorAll("[data-text]")) {
    const text = texts[element.dataset.text] ?? "";
    if (element.textContent !== text) element.textContent = text;
  }
}

/** A list whose cards are made from a template: `show` takes [key, texts] pairs in their order. */
export class Cards {
  #list;
  #template;
  #made;
  #cards = new Map();

  constructor(list, template, made = () => {}) {
    this.#list = list;
    this.#template = template;
    this.#made = made;
  }

  show(entries) {
    const kept = new Set(entries.map(([key]) => key));
    for (const [key, card] of this.#cards) {
      if (kept.has(key)) continue;
      card.remove();
      this.#cards.delete(key);
    }
    entries.forEach(([key, texts], place) => {
      const card = this.#cards.get(key) ?? this.#make(key);
      write(card, texts);
      if (this.#list.children[place] !== card) this.#list.insertBefore(card, this.#list.children[place]);
    });
  }

  #make(key) {
    const card = this.#template.content.firstElementChild.cloneNode(true);
    this.#cards.set(key, card);
    this.#made(card, key);
    return card;
  }
}
