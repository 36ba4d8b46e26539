(comment) @comment

(function_declaration name: (identifier) @name) @definition.function
(variable_declaration . (identifier) @name [
  (struct_declaration)
  (enum_declaration)
  (union_declaration)
  (opaque_declaration)
]) @definition.class
(variable_declaration . (identifier) @name) @definition.constant
(test_declaration [(string (string_content) @name) (identifier) @name]) @definition.test

(call_expression function: [
  (identifier) @name
  (field_expression member: (identifier) @name)
]) @reference.call

((builtin_function (builtin_identifier) @_f (arguments (string (string_content) @module))) @import
  (#any-of? @_f "@import" "@cImport"))
