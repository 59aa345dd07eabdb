"""What a center takes up with a merchant itself: interviews (约谈) and the commitments (整改承诺) that come of them."""
