"""Makes and measures the sentence selector; needs the extra 'train', and no other room imports it.

    train ──────── fine-tune the network on questions with labelled sentences
      data, near_miss, batches, network, retrieval
    publish ────── a finished training -> selector.onnx and its card
    combine ────── fit the weights that join the selector's scores and the quick reranker's
      queries, fit
    evaluate ───── measure the selector beside the embedding model, BM25 and chance
      baselines, metrics

Each of the four is a command: `python -m index.training.train DATA ...`. The code that runs at question time is in
`index.rerank`.
"""
