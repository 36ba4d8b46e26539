(line_comment) @comment
(block_comment) @comment

(class_declaration name: (identifier) @name) @definition.class
(record_declaration name: (identifier) @name) @definition.class
(interface_declaration name: (identifier) @name) @definition.interface
(annotation_type_declaration name: (identifier) @name) @definition.interface
(enum_declaration name: (identifier) @name) @definition.enum
(method_declaration name: (identifier) @name body: (_)) @definition.method
(method_declaration name: (identifier) @name) @definition.declaration
(annotation_type_element_declaration name: (identifier) @name) @definition.declaration
(constructor_declaration name: (identifier) @name) @definition.constructor
(compact_constructor_declaration name: (identifier) @name) @definition.constructor
(field_declaration declarator: (variable_declarator name: (identifier) @name)) @definition.field
(constant_declaration declarator: (variable_declarator name: (identifier) @name)) @definition.constant

(method_invocation name: (identifier) @name) @reference.call
(method_reference (identifier) @name .) @reference.call
(object_creation_expression type: [
  (type_identifier) @name
  (generic_type (type_identifier) @name)
]) @reference.class
(super_interfaces (type_list [
  (type_identifier) @name
  (generic_type (type_identifier) @name)
])) @reference.implementation
(type_identifier) @reference.type

(import_declaration [(scoped_identifier) (identifier)] @module) @import
