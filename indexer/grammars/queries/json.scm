(comment) @comment
(array) @skip

(pair key: (string (string_content) @name)) @definition.key
