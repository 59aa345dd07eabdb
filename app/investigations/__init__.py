"""Investigations (调查): looking into a major or complex case: plan, visits, evidence, testing, findings, advice."""
