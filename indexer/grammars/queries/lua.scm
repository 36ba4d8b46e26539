(comment) @comment
(variable_declaration) @wrapper

(function_declaration name: (method_index_expression table: (_) @scope method: (identifier) @name)) @definition.function
(function_declaration name: (_) @name) @definition.function
(assignment_statement
  (variable_list . name: (_) @name)
  (expression_list . value: (function_definition))) @definition.function
(field name: (identifier) @name value: (function_definition)) @definition.method
(assignment_statement (variable_list . name: [(identifier) (dot_index_expression)] @name)) @definition.variable

(function_call name: [
  (identifier) @name
  (dot_index_expression field: (identifier) @name)
  (method_index_expression method: (identifier) @name)
]) @reference.call

((function_call name: (identifier) @_f arguments: (arguments (string content: (string_content) @module))) @import
  (#eq? @_f "require"))
