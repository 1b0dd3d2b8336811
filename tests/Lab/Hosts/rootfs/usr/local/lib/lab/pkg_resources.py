"""The only part of setuptools' pkg_resources that supervisor uses. Importing the real one takes longer than importing
supervisor."""
import importlib


class EntryPoint:
    def __init__(self, module, attribute):
        self.module, self.attribute = module, attribute

    @staticmethod
    def parse(text):
        module, _, attribute = text.partition("=")[2].strip().partition(":")
        return EntryPoint(module, attribute)

    def resolve(self):
        return getattr(importlib.import_module(self.module), self.attribute)

    def load(self, require=True):
        return self.resolve()
