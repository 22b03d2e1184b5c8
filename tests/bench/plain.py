"""The plain pipeline that speed is compared with: llama-index, Chroma and sentence-transformers as their guides show.

python -m tests.bench.plain build FOLDER PASSAGES.json   embed and store the passages, print seconds
python -m tests.bench.plain ask FOLDER QUESTION          open the store, embed the question, print the best passage
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import chromadb
from chromadb.config import Settings
from llama_index.core import StorageContext, VectorStoreIndex
from llama_index.core.embeddings import BaseEmbedding
from llama_index.core.schema import TextNode
from llama_index.vector_stores.chroma import ChromaVectorStore
from pydantic import PrivateAttr
from sentence_transformers import SentenceTransformer

from index.embedding.models import bundled_folder


class Embedding(BaseEmbedding):
    """sentence-transformers behind llama-index's interface, in its default precision and batch size."""

    _model: Any = PrivateAttr()

    def __init__(self) -> None:
        super().__init__(model_name="all-MiniLM-L6-v2", embed_batch_size=32)
        self._model = SentenceTransformer(str(bundled_folder()), device="cpu")

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        vectors: list[list[float]] = self._model.encode(texts, show_progress_bar=False).tolist()
        return vectors

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)


def store(folder: str) -> ChromaVectorStore:
    client = chromadb.PersistentClient(folder, settings=Settings(anonymized_telemetry=False))
    return ChromaVectorStore(chroma_collection=client.get_or_create_collection("plain"))


def main() -> None:
    action, folder, given = sys.argv[1:4]
    if action == "build":
        texts = json.loads(Path(given).read_text("utf-8"))
        embedding, vectors = Embedding(), store(folder)
        start = time.perf_counter()
        nodes = [TextNode(text=t) for t in texts]
        context = StorageContext.from_defaults(vector_store=vectors)
        VectorStoreIndex(nodes, storage_context=context, embed_model=embedding)
        print(json.dumps({"seconds": time.perf_counter() - start}))
    else:
        index = VectorStoreIndex.from_vector_store(store(folder), embed_model=Embedding())
        print(index.as_retriever(similarity_top_k=5).retrieve(given)[0].node.get_content()[:200])


if __name__ == "__main__":
    main()
