"""Makes and measures the two readers; needs the extra 'train', and no other room imports it.

    train ──────── fine-tune a network on questions with labelled sentences
      data, near_miss, retrieval, batches, layout     files of questions -> batches of rows
      network, loss, fake_quantise                    what is trained, towards what, in which numbers
    publish ────── a finished training -> a reader's folder: graph, weights, card
      export, fit
    fit_quick ──── fit the quick reranker's weights
      queries, retrieval, fit
    evaluate ───── measure the readers beside the embedding model, BM25 and chance
      baselines, metrics

Each of the four is a command: `python -m index.training.train DATA ...`. The code that runs at question time is in
`index.rerank`.
"""
