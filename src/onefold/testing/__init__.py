"""PUBLISHED contract suites and builders: what a plug-in of yours must pass. Never imported by product code."""
