(comment) @comment
(decorated_definition) @wrapper
(expression_statement) @wrapper
(string) @skip

(class_definition name: (identifier) @name) @definition.class
(function_definition name: (identifier) @name) @definition.function
(assignment left: (identifier) @name) @definition.constant
(type_alias_statement left: (type (identifier) @name)) @definition.type

(call function: [
  (identifier) @name
  (attribute attribute: (identifier) @name)
]) @reference.call
(class_definition superclasses: (argument_list [
  (identifier) @name
  (attribute attribute: (identifier) @name)
])) @reference.class
(decorator [
  (identifier) @name
  (attribute attribute: (identifier) @name)
]) @reference.call
(type [
  (identifier) @name
  (attribute attribute: (identifier) @name)
]) @reference.type

(import_statement name: (dotted_name) @module) @import
(import_statement name: (aliased_import name: (dotted_name) @module)) @import
(import_from_statement module_name: (_) @module name: (dotted_name) @names) @import
(import_from_statement module_name: (_) @module name: (aliased_import name: (dotted_name) @names)) @import
(import_from_statement module_name: (_) @module (wildcard_import)) @import
