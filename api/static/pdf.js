// pdf.js: fetched from our own server when the first PDF is opened, and given the documents of that.

import { heldKey } from "./key.js";

const HERE = "/static/pdfjs";
const LARGEST_IMAGE = 2 ** 26; // pixels; a larger one is left out
let loading = null;

/** This installation has no pdf.js: it was made without a connection. */
export class NoPdfJs extends Error {}

/** The library. Fails with NoPdfJs where it cannot be had. */
export function pdfjs() {
  loading ??= import(`${HERE}/pdf.min.mjs`).then(
    (library) => {
      library.GlobalWorkerOptions.workerSrc = `${HERE}/pdf.worker.min.mjs`;
      library.setVerbosityLevel?.(library.VerbosityLevel.ERRORS);
      return library;
    },
    (error) => {
      loading = null;
      throw new NoPdfJs(error.message);
    },
  );
  return loading;
}

/** Begin to read a PDF: pdf.js's loading task, whose `promise` is the document. No script that a PDF has is run. */
export async function readPdf(path) {
  const { getDocument } = await pdfjs();
  return getDocument({
    url: path,
    httpHeaders: heldKey() ? { Authorization: `Bearer ${heldKey()}` } : {},
    rangeChunkSize: 2 ** 20,
    maxImageSize: LARGEST_IMAGE,
    enableXfa: false,
    isEvalSupported: false,
    cMapUrl: `${HERE}/cmaps/`,
    iccUrl: `${HERE}/iccs/`,
    standardFontDataUrl: `${HERE}/standard_fonts/`,
    wasmUrl: `${HERE}/wasm/`,
    verbosity: 0,
  });
}
