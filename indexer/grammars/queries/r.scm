(comment) @comment

((binary_operator lhs: [(identifier) @name (string (string_content) @name)] operator: _ @_o
    rhs: (function_definition)) @definition.function
  (#any-of? @_o "<-" "=" "<<-"))
((binary_operator lhs: (identifier) @name operator: _ @_o) @definition.variable
  (#any-of? @_o "<-" "=" "<<-"))

(call function: [
  (identifier) @name
  (namespace_operator rhs: (identifier) @name)
  (extract_operator rhs: (identifier) @name)
]) @reference.call

((call function: (identifier) @_f arguments: (arguments . argument: (argument value: (_) @module))) @import
  (#any-of? @_f "library" "require" "source"))
