"""Answers searches with FAISS's IndexBinaryFlat on one thread, and times them.

Usage: binary_flat.py DESCRIPTORS BITS. Each line of the input is {"queries": in base64, "k": places a query}; each line of
the output is {"ms", "rows", "distances"}. The first line says that the index is filled.
"""
import base64
import json
import sys
import time

import faiss
import numpy

faiss.omp_set_num_threads(1)
file, bits = sys.argv[1], int(sys.argv[2])
index = faiss.IndexBinaryFlat(bits)
index.add(numpy.fromfile(file, dtype=numpy.uint8).reshape(-1, bits // 8))
print(json.dumps({"version": faiss.__version__}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    queries = numpy.frombuffer(base64.b64decode(request["queries"]), dtype=numpy.uint8)
    start = time.perf_counter()
    distances, rows = index.search(queries.reshape(-1, bits // 8), request["k"])
    ms = (time.perf_counter() - start) * 1000
    print(json.dumps({"ms": ms, "rows": rows.tolist(), "distances": distances.tolist()}), flush=True)
