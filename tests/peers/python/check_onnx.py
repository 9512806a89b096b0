"""Checks ONNX files by the ONNX project's own checker, with the inference of all types and shapes.
Task: files. Answer: {name of the file: what is wrong with it} for those that are not sound."""
import json, os, sys
import onnx


def problem(path):
    try:
        onnx.checker.check_model(path, full_check=True)
    except Exception as error:
        return str(error)


problems = {os.path.basename(path): problem(path) for path in json.load(sys.stdin)['files']}
with open(sys.argv[1], 'w') as file:
    json.dump({name: found for name, found in problems.items() if found}, file)
