"""The models at work: SentencePiece and CTranslate2, on CPU or GPU. The only import of either."""
