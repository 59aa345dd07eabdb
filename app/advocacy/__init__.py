"""Advocacy (维权支持): support of a consumer's lawsuit (支持诉讼) and exposure through media (曝光), 消法 art. 37."""
