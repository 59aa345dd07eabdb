"""Tasks (待办): what somebody has to do by a day, on a case or of their own."""
