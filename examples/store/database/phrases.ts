// The sentences of which descriptions and reviews are put together.

export const openings: readonly string[] = [
  'A quiet piece of work that does one thing properly.',
  'The one we kept after trying eleven others.',
  'Drawn in a harbour town, made two streets further.',
  'Made in small batches, numbered, and checked by the person who made it.',
  'The sort of thing you notice on the second day and miss on the third.',
  'Simple on the shelf, generous in use.',
  'An old pattern, brought back with better materials.',
  'Our best answer to a question customers keep asking.',
]

export const closings: readonly string[] = [
  'Arrives in paper, not in plastic.',
  'Two years’ guarantee, thirty days to change your mind.',
  'Made to be repaired: every part can be ordered on its own.',
  'If it is not right, the return is on us.',
  'A tenth of the price goes back to the workshop’s apprentices.',
  'Ships the same day when ordered before two.',
]

export const praise: readonly (readonly [title: string, body: string])[] = [
  ['Exactly what I hoped for', 'Solid, well finished, and a little nicer than in the picture.'],
  [
    'Bought a second one',
    'The first was for me. The second is a present, and I nearly kept that too.',
  ],
  ['Use it every day', 'Three months in and it looks the way it did when I unpacked it.'],
  ['Worth the wait', 'Took a week to arrive; I would have waited a month.'],
  ['Beautifully made', 'You can tell that somebody cared. The details are the best part.'],
  ['My favourite thing here', 'I have recommended it to half the street by now.'],
]

export const lukewarm: readonly (readonly [title: string, body: string])[] = [
  ['Good, not perfect', 'Does its job well. I would have liked it a little lighter.'],
  ['Nice, but smaller than I thought', 'Check the measurements. The quality is fine.'],
  ['Solid', 'No complaints, no goosebumps either.'],
  ['Fair for the price', 'A small scratch on arrival; the shop sorted it out within a day.'],
]

export const complaints: readonly (readonly [title: string, body: string])[] = [
  ['Not for me', 'Well made, but the colour is not what I expected. Sent it back without trouble.'],
  ['Disappointed', 'Had hoped for more at this price.'],
  ['Arrived late', 'Nothing wrong with the thing itself, but it came after the birthday.'],
]

export const people: readonly string[] = (
  'Ada Bela Carla Dario Edda Finn Greta Hannes Ines Jonas Kaja Lene Malik Nora Ole Paula Quentin Runa Sami Tove Ursel Vera ' +
  'Wim Xenia Yara Zeno Asger Birte Clara Doro Emil Frida Gustav Hedda Isak Juno Karim Liv Mette Nils'
).split(' ')

export const surnames: readonly string[] = (
  'Andersen Bakke Claasen Dahl Ekström Falk Grønn Hansen Iversen Jansen Koch Lund Meyer Nyborg Olsen Petersen Quist Rask ' +
  'Sørensen Thomsen Ulrich Vinter Winther Ziegler'
).split(' ')
