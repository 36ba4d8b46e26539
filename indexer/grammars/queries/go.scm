(comment) @comment
(type_declaration) @wrapper
(const_declaration) @wrapper
(var_declaration) @wrapper

(function_declaration name: (identifier) @name) @definition.function
(method_declaration
  receiver: (parameter_list (parameter_declaration type: [
    (type_identifier) @scope
    (pointer_type (type_identifier) @scope)
    (generic_type type: (type_identifier) @scope)
    (pointer_type (generic_type type: (type_identifier) @scope))
  ]))
  name: (field_identifier) @name) @definition.method
(type_spec name: (type_identifier) @name type: (interface_type)) @definition.interface
(type_spec name: (type_identifier) @name type: (struct_type)) @definition.class
(type_spec name: (type_identifier) @name) @definition.type
(method_elem name: (field_identifier) @name) @definition.declaration
(type_alias name: (type_identifier) @name) @definition.type
(const_spec name: (identifier) @name) @definition.constant
(var_spec name: (identifier) @name) @definition.variable

(call_expression function: [
  (identifier) @name
  (selector_expression field: (field_identifier) @name)
  (parenthesized_expression [(identifier) @name (selector_expression field: (field_identifier) @name)])
]) @reference.call
(type_identifier) @reference.type

(import_spec path: (_) @module) @import
