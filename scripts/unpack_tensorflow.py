"""Unpacks the C library and its headers from the tensorflow-cpu wheel in a folder, into the same folder."""

import glob
import sys
import zipfile

LIBRARIES = ("tensorflow/libtensorflow_cc.so.2", "tensorflow/libtensorflow_framework.so.2")
HEADERS = (
    "tensorflow/include/tensorflow/c/",
    "tensorflow/include/tensorflow/core/platform/ctstring",
    "tensorflow/include/tsl/platform/ctstring",
    "tensorflow/include/xla/tsl/c/",
)

folder = sys.argv[1]
(wheel,) = glob.glob(f"{folder}/*.whl")
with zipfile.ZipFile(wheel) as archive:
    members = [n for n in archive.namelist() if n in LIBRARIES or n.startswith(HEADERS)]
    archive.extractall(folder, members)
