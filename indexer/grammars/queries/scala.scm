(comment) @comment
(block_comment) @comment

(trait_definition name: (identifier) @name) @definition.interface
(enum_definition name: (identifier) @name) @definition.enum
(class_definition name: (identifier) @name) @definition.class
(object_definition name: (identifier) @name) @definition.class
(function_definition name: (identifier) @name) @definition.function
(function_declaration name: (identifier) @name) @definition.declaration
(type_definition name: (type_identifier) @name) @definition.type
(given_definition name: (identifier) @name) @definition.constant
(val_definition pattern: (identifier) @name) @definition.constant
(var_definition pattern: (identifier) @name) @definition.variable
(extension_definition parameters: (parameters (parameter type: (type_identifier) @name))) @container

(call_expression function: [
  (identifier) @name
  (field_expression field: (identifier) @name)
  (generic_function function: (identifier) @name)
]) @reference.call
(type_identifier) @reference.type

(import_declaration) @module @import
