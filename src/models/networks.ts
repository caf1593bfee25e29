import type { RecogniserContract } from './contract.ts'
import type { Card, Entry, ImageContract, Source } from './entry.ts'

const FACEPLUGIN: Source = {
  package: 'faceplugin-face-recognition-js',
  version: '0.0.1',
  integrity:
    'sha512-shriXjd4zJHEwhK1jHK+bWo8Vv6Vu9B/w6RRsd4AFtNM/jaI2vhuOamOSMl9qQmLd8WlQ7dgqN+3C2iOi5pXWw==',
  bytes: 41_114_878,
}

const FACEPLUGIN_CARD = {
  licence: 'MIT (licence of the npm package; it names no separate licence for the weights)',
  trainingData: 'Unknown: the package does not say.',
} satisfies Partial<Card>

const detectorContract: ImageContract = {
  input: 'input',
  outputs: ['scores', 'boxes'],
  width: 320,
  height: 240,
  channels: 'rgb',
  mean: 127,
  scale: 1 / 128,
}

const landmarksContract: ImageContract = {
  input: 'input',
  outputs: ['output'],
  width: 64,
  height: 64,
  channels: 'grey',
  mean: 0,
  scale: 1 / 256,
}

const recogniserContract: RecogniserContract = {
  input: 'input',
  output: 'output',
  grid: '507',
  size: 112,
  channels: 'bgr',
  mean: 127.5,
  scale: 1 / 127.5,
  dimensions: 512,
}

export const DETECTOR = {
  name: 'detector',
  kind: 'detector',
  source: FACEPLUGIN,
  files: [
    {
      path: 'model/fr_detect.onnx',
      sha256: '6c0256ccd3164f844736a401faf936ec2930764a87ae39442180887d0c5c8854',
      bytes: 1_217_758,
    },
  ],
  contract: detectorContract,
  card: {
    ...FACEPLUGIN_CARD,
    summary: 'Finds faces: 4,420 candidate boxes with a score each, as corners in [0, 1] of a 320x240 input.',
    origin:
      'Author of the weights unknown; input size and number of candidates are those of the Ultra-Light-Fast detector RFB-320.',
    accuracy:
      'In 1,200 LFW pairs the most central face was never a wrong one. Of 1,152 LFW faces with a drawn mask 10 were missed at score 0.5, 9 of them found in a shrunken input.',
    intendedUse: 'Photos of one person or a few people.',
    limits:
      'Every photo is looked at in 320x240 pixels, so small faces in large scenes are lost. No landmarks, no pose. Not measured by age, sex or skin tone.',
  },
} as const satisfies Entry

export const LANDMARKS = {
  name: 'landmarks',
  kind: 'landmarks',
  source: FACEPLUGIN,
  files: [
    {
      path: 'model/fr_landmark.onnx',
      sha256: 'f10b0ba1d2a8a099adefede1ebf3733e44fe370715e7303dbeb7f59c02142258',
      bytes: 1_163_742,
    },
  ],
  contract: landmarksContract,
  card: {
    ...FACEPLUGIN_CARD,
    summary: 'Places the 68 points of the iBUG 300-W scheme on a 64x64 grey crop of a face.',
    origin: 'Author of the weights unknown.',
    accuracy:
      'Five points against the alignment of InsightFace on LFW: mean displacement 1.4 px in the 112x112 frame; 3.7 px with a drawn mask.',
    intendedUse: 'Aligning an upright or slightly turned face for recognition.',
    limits:
      'A mask moves the points: nose by 0.13 and mouth by 0.15 of the distance between the eyes. Needs a second pass on a de-rotated crop beyond 25 degrees of tilt. Not measured on profiles.',
  },
} as const satisfies Entry

export const MOBILEFACENET = {
  name: 'mobilefacenet',
  kind: 'recogniser',
  source: FACEPLUGIN,
  files: [
    {
      path: 'model/fr_feature.onnx',
      sha256: '87aacdfe57510db2af90c0251df680e8eec88f122ee94712121d09bcaaaf3581',
      bytes: 4_884_269,
    },
  ],
  contract: recogniserContract,
  card: {
    ...FACEPLUGIN_CARD,
    summary:
      'Default recogniser: an aligned 112x112 face becomes 512 numbers whose cosine tells people apart. MobileFaceNet layout, ArcFace-style embedding.',
    origin: 'Author of the weights unknown.',
    accuracy:
      'LFW aligned by InsightFace, 6,000 pairs, 10 folds: 99.45 %, EER 0.6 %, FNMR 1.13 % at FMR 0.1 %. With a drawn mask on the second photo: EER 4.87 %, FNMR 21.2 % at FMR 0.1 %.',
    intendedUse: 'Comparing photos of people who agreed to it; research on explanation and masks.',
    limits:
      'Not a sole ground for decisions about people. Much weaker with masks, above all real ones. Error rates by age, sex and skin tone were not measured. Planes in BGR order: RGB raises FNMR at FMR 0.1 % from 0.67 to 2.0 % (1,200 LFW pairs).',
  },
} as const satisfies Entry
