"""The documents of a case (案件文书): drafted from its facts, approved where need be, issued with a number, served."""
