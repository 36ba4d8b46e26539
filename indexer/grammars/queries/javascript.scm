(comment) @comment
(decorator) @attribute
(export_statement) @wrapper
(lexical_declaration) @wrapper
(variable_declaration) @wrapper
(expression_statement) @wrapper

(class_declaration name: (_) @name) @definition.class
(class name: (_) @name) @definition.class
(function_declaration name: (identifier) @name) @definition.function
(generator_function_declaration name: (identifier) @name) @definition.function
(method_definition name: [(property_identifier) (private_property_identifier)] @name) @definition.method
(variable_declarator name: (identifier) @name
  value: [(arrow_function) (function_expression) (generator_function)]) @definition.function
(variable_declarator name: (identifier) @name value: (class)) @definition.class
(variable_declarator name: (identifier) @name) @definition.constant
(assignment_expression
  left: [
    (identifier) @name
    (member_expression property: [(property_identifier) (private_property_identifier)] @name)
  ]
  right: [(arrow_function) (function_expression) (generator_function)]) @definition.function
(pair key: [(property_identifier) @name (string (string_fragment) @name)]
  value: [(arrow_function) (function_expression) (generator_function)]) @definition.method

(call_expression function: [
  (identifier) @name
  (member_expression property: [(property_identifier) (private_property_identifier)] @name)
]) @reference.call
(new_expression constructor: [
  (identifier) @name
  (member_expression property: (property_identifier) @name)
]) @reference.class

(import_statement source: (string) @module) @import
(import_statement
  (import_clause [
    (identifier) @names
    (namespace_import)
    (named_imports (import_specifier name: (identifier) @names))
  ])
  source: (string) @module) @import
(export_statement source: (string) @module) @import
(export_statement (export_clause (export_specifier name: (identifier) @names)) source: (string) @module) @import
(variable_declarator
  value: (call_expression function: (identifier) @_f arguments: (arguments . (string) @module))
  (#eq? @_f "require")) @import
