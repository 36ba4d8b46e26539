(comment) @comment
(block_sequence) @skip
(flow_sequence) @skip

(block_mapping_pair key: (_) @name) @definition.key
