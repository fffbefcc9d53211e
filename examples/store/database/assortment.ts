// What the shop sells, as a buyer would write it down. Everything else about a product is computed from these words.

export interface Leaf {
  readonly name: string
  readonly blurb: string
  readonly nouns: readonly string[]
  readonly materials: readonly string[]
  /** Cheapest and dearest, in whole euros. */
  readonly price: readonly [number, number]
  readonly use: string
}

export interface Department {
  readonly name: string
  readonly blurb: string
  /** Base hue of its pictures, in degrees. */
  readonly hue: number
  readonly leaves: readonly Leaf[]
}

/** Forty collections: the first word of every product's name. */
export const collections: readonly string[] = (
  'Skagen Fanø Møn Aarø Hvide Læsø Ribe Samsø Svane Thurø Lindesnes Hitra Senja Vega Runde Frøya Smøla Utsira Gotska Öland ' +
  'Koster Marstrand Grisslan Visby Hanko Åland Porkkala Bengtskär Rugen Amrum Hiddensee Sylt Texel Terschelling Sark ' +
  'Lundy Skye Jura Orkney Fair'
).split(' ')

export const departments: readonly Department[] = [
  {
    name: 'Kitchen',
    blurb: 'Tools for people who cook most days and would like to enjoy it.',
    hue: 18,
    leaves: [
      {
        name: 'Cookware',
        blurb: 'Pots and pans that heat evenly and last longer than the stove.',
        nouns: ['Saucepan', 'Casserole', 'Frying Pan', 'Sauté Pan', 'Stockpot', 'Griddle'],
        materials: ['Cast Iron', 'Copper', 'Steel', 'Enamel', 'Carbon Steel', 'Tri-Ply'],
        price: [39, 289],
        use: 'Works on gas, ceramic and induction, and goes straight into the oven.',
      },
      {
        name: 'Knives',
        blurb: 'Ground thin, kept sharp, balanced where you hold them.',
        nouns: [
          'Chef’s Knife',
          'Bread Knife',
          'Paring Knife',
          'Santoku',
          'Carving Knife',
          'Boning Knife',
        ],
        materials: ['Walnut', 'Olive', 'Ash', 'Juniper', 'Smoked Oak', 'Black'],
        price: [29, 219],
        use: 'The edge is ground to fifteen degrees; we sharpen it again for free after a year.',
      },
      {
        name: 'Tableware',
        blurb: 'Plates, bowls and jugs from four small potteries.',
        nouns: [
          'Dinner Plate',
          'Soup Bowl',
          'Serving Dish',
          'Milk Jug',
          'Espresso Cup',
          'Salt Cellar',
        ],
        materials: ['Stoneware', 'Porcelain', 'Speckled', 'Celadon', 'Terracotta', 'Bone China'],
        price: [12, 96],
        use: 'Safe in the dishwasher; small differences in glaze are how you know a person made it.',
      },
    ],
  },
  {
    name: 'Living',
    blurb: 'Light, warmth and somewhere soft to put your feet.',
    hue: 42,
    leaves: [
      {
        name: 'Lighting',
        blurb: 'Lamps that flatter a room instead of flooding it.',
        nouns: ['Table Lamp', 'Floor Lamp', 'Pendant', 'Wall Light', 'Reading Lamp', 'Lantern'],
        materials: ['Brass', 'Opal', 'Paper', 'Smoked Glass', 'Birch', 'Linen'],
        price: [49, 429],
        use: 'Dims from candlelight to daylight and remembers how you left it.',
      },
      {
        name: 'Textiles',
        blurb: 'Throws, cushions and linen that get better with washing.',
        nouns: ['Throw', 'Cushion', 'Blanket', 'Bedspread', 'Curtain', 'Rug'],
        materials: ['Wool', 'Washed Linen', 'Mohair', 'Organic Cotton', 'Lambswool', 'Hemp'],
        price: [24, 349],
        use: 'Woven in a mill that has used the same looms since 1954.',
      },
      {
        name: 'Ceramics',
        blurb: 'Vases and planters thrown, not cast.',
        nouns: ['Vase', 'Planter', 'Bud Vase', 'Candle Holder', 'Bowl', 'Tray'],
        materials: ['Ash Glaze', 'Sand', 'Raku', 'Matte White', 'Cobalt', 'Chalk'],
        price: [18, 159],
        use: 'Watertight, fired twice, and finished with a felt foot.',
      },
    ],
  },
  {
    name: 'Outdoor',
    blurb: 'Kit for weekends that start on a Friday and end with wet boots.',
    hue: 150,
    leaves: [
      {
        name: 'Tents',
        blurb: 'Shelter that goes up in the rain before you are wet.',
        nouns: ['Tunnel Tent', 'Dome Tent', 'Tarp', 'Bivvy', 'Bell Tent', 'Trail Shelter'],
        materials: ['Silnylon', 'Canvas', 'Ripstop', 'Polycotton', 'Four-Season', 'Ultralight'],
        price: [79, 749],
        use: 'Seams are taped by hand and tested to 4,000 mm of water.',
      },
      {
        name: 'Backpacks',
        blurb: 'Carries the weight on your hips, where it belongs.',
        nouns: ['Daypack', 'Rucksack', 'Trekking Pack', 'Roll-Top', 'Duffel', 'Hip Pack'],
        materials: ['Waxed Canvas', 'Recycled Nylon', 'Cordura', 'Leather', 'Dyneema', 'Cotton'],
        price: [45, 329],
        use: 'Every buckle can be replaced without a sewing machine.',
      },
      {
        name: 'Camp Kitchen',
        blurb: 'Hot coffee on a cold headland.',
        nouns: ['Kettle', 'Camp Stove', 'Mess Tin', 'Flask', 'Coffee Press', 'Mug'],
        materials: ['Titanium', 'Stainless', 'Enamelled', 'Anodised', 'Insulated', 'Folding'],
        price: [14, 179],
        use: 'Packs into itself and boils half a litre in three minutes.',
      },
    ],
  },
  {
    name: 'Sound',
    blurb: 'Listening equipment for records you know by heart.',
    hue: 262,
    leaves: [
      {
        name: 'Headphones',
        blurb: 'Quiet when you want it, honest when you do not.',
        nouns: ['Headphones', 'Studio Headphones', 'Earbuds', 'Monitors', 'On-Ears', 'Headset'],
        materials: ['Open-Back', 'Closed-Back', 'Wireless', 'Planar', 'Noise-Cancelling', 'Wired'],
        price: [49, 599],
        use: 'Ear pads and cable come off without tools; spares are always in stock.',
      },
      {
        name: 'Speakers',
        blurb: 'Small boxes with a large voice.',
        nouns: [
          'Bookshelf Speaker',
          'Soundbar',
          'Portable Speaker',
          'Floorstander',
          'Radio',
          'Subwoofer',
        ],
        materials: ['Oak', 'Teak', 'White', 'Graphite', 'Cherry', 'Rosewood'],
        price: [89, 1290],
        use: 'Measured in an ordinary room, because that is where you will listen.',
      },
      {
        name: 'Turntables',
        blurb: 'For the crackle between the songs.',
        nouns: [
          'Turntable',
          'Record Player',
          'Tonearm',
          'Phono Preamp',
          'Cartridge',
          'Record Stand',
        ],
        materials: ['Belt-Drive', 'Direct-Drive', 'Acrylic', 'Slate', 'Aluminium', 'Plywood'],
        price: [59, 1490],
        use: 'Set up and levelled in the workshop; it plays ten minutes after you open the box.',
      },
    ],
  },
  {
    name: 'Workspace',
    blurb: 'A desk that asks you to sit down and begin.',
    hue: 208,
    leaves: [
      {
        name: 'Notebooks',
        blurb: 'Paper that does not mind a fountain pen.',
        nouns: ['Notebook', 'Sketchbook', 'Planner', 'Journal', 'Pocket Book', 'Ledger'],
        materials: ['Clothbound', 'Leatherbound', 'Dotted', 'Ruled', 'Softcover', 'Stitched'],
        price: [9, 64],
        use: 'Opens flat on every page and takes ink without feathering.',
      },
      {
        name: 'Pens',
        blurb: 'Made to be refilled, not replaced.',
        nouns: [
          'Fountain Pen',
          'Rollerball',
          'Mechanical Pencil',
          'Brush Pen',
          'Ballpoint',
          'Fineliner',
        ],
        materials: ['Lacquered', 'Ebonite', 'Bronze', 'Bamboo', 'Resin', 'Silver'],
        price: [11, 249],
        use: 'Takes standard refills, so it will still write in twenty years.',
      },
      {
        name: 'Keyboards',
        blurb: 'Typing you can feel and nobody else has to hear.',
        nouns: ['Keyboard', 'Split Keyboard', 'Numpad', 'Wrist Rest', 'Keycap Set', 'Desk Mat'],
        materials: ['Tactile', 'Silent', 'Linear', 'Low-Profile', 'Walnut-Case', 'Felted'],
        price: [25, 339],
        use: 'Hot-swappable, programmable, and quiet enough for a shared room.',
      },
    ],
  },
  {
    name: 'Wardrobe',
    blurb: 'Clothes for weather, made by people we have met.',
    hue: 338,
    leaves: [
      {
        name: 'Knitwear',
        blurb: 'Heavy enough for a ferry deck in October.',
        nouns: ['Sweater', 'Cardigan', 'Roll-Neck', 'Fisherman’s Jumper', 'Vest', 'Beanie'],
        materials: ['Merino', 'Shetland', 'Cashmere', 'Alpaca', 'Cable-Knit', 'Undyed'],
        price: [29, 259],
        use: 'Knitted in one piece and mended for life: send it back whenever it needs us.',
      },
      {
        name: 'Boots',
        blurb: 'Resoleable, waterproof, and comfortable on the first day.',
        nouns: ['Chelsea Boot', 'Hiking Boot', 'Deck Shoe', 'Derby', 'Moccasin', 'Rain Boot'],
        materials: ['Oiled Leather', 'Suede', 'Rubber', 'Nubuck', 'Vegetable-Tanned', 'Shearling'],
        price: [69, 389],
        use: 'Goodyear-welted, so that a cobbler can give it a second sole.',
      },
      {
        name: 'Watches',
        blurb: 'Time, and nothing that buzzes.',
        nouns: [
          'Field Watch',
          'Diver',
          'Dress Watch',
          'Chronograph',
          'Pocket Watch',
          'Travel Clock',
        ],
        materials: ['Automatic', 'Quartz', 'Hand-Wound', 'Solar', 'Sapphire', 'Gilt'],
        price: [79, 1190],
        use: 'Runs within six seconds a day and is serviced in our own workshop.',
      },
    ],
  },
]
