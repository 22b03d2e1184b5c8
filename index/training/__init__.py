"""The sentence selector: a model that reads question and passage together and says which sentence answers, if any.

data ── questions and paragraphs to train on, from files outside the repository
near_miss ── questions made unanswerable on purpose: same page, same names, another fact
layout ── question, header and sentences -> one row of tokens (training and use share it)
network ── the model in torch; train, export: `python -m index.training.train DATA`
runtime ── the shipped weights in ONNX Runtime, without torch
"""
