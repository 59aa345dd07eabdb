"""Transfer (导入): messages from elsewhere become cases that wait for triage, each once, however often sent."""
