#pragma once

namespace acpd::index {

/// Every number of the ranking, in one place, each with its reason. What each is worth on the
/// benchmark is in indexer/README.md ("Ranking"); `tests/bench/retrieval --ablate` measures it
/// again.
struct ranking {
  // BM25F. A chunk is short and its words repeat less than a page's: a second and third occurrence
  // still tells something (k1 above the usual 1.2), and a long function is not less likely to be
  // meant (b below the usual 0.75).
  double k1 = 1.8;
  double b_body = 0.5;
  double idf_power = 0.8; // rare words are often a person's own, not the code's
  double weight_body = 1.0;
  double weight_name = 4.5;   // a word in a definition's own name was chosen to describe it
  double weight_scope = 1.0;  // enclosing names and the signature: counted beside the body
  double weight_stem = 3.0;   // what names the file, for all of its chunks
  double weight_folder = 2.0; // and the folders above it

  // Words of the query
  double weight_whole = 1.0; // an identifier as one word: `readLine` is more than `read` and `line`
  double weight_task = 0.4;  // "fix", "add": they name the change that is asked for, not the code

  // Added to the BM25F score, which is 1 for the best candidate
  double name_match = 0.4;  // all words of the name are in the query: it describes this definition
  double path_match = 0.6;  // share of the query that the file's name covers
  double file_score = 0.25; // BM25 of the whole file: the words may be spread over its chunks
  double coherence = 0.1;   // several good chunks in one file: for the best of them
  double exact_name = 0.2;  // the query writes the name of a symbol of this chunk
  double embedding = 0.0;   // cosine of word vectors; nothing without a table (embedding.h)

  // Factors
  double other_kind = 0.9;       // not a function: headers of types, constants, windows
  double test_path = 0.3;        // tests, examples, vendored code repeat what they are about
  double init_file = 0.7;        // __init__.py mostly passes names on
  double declaration_file = 0.7; // .d.ts: says what another file does

  unsigned candidates = 200; // that the layer above BM25F sees: more changed nothing
};

inline constexpr ranking tuned{};

} // namespace acpd::index
