(ambient_declaration) @wrapper

(abstract_class_declaration name: (type_identifier) @name) @definition.class
(interface_declaration name: (type_identifier) @name) @definition.interface
(type_alias_declaration name: (type_identifier) @name) @definition.type
(enum_declaration name: (identifier) @name) @definition.enum
(function_signature name: (identifier) @name) @definition.declaration
(abstract_method_signature name: (property_identifier) @name) @definition.declaration
(method_signature name: (property_identifier) @name) @definition.declaration
(internal_module name: (_) @name) @definition.namespace
(module name: (_) @name) @definition.namespace
(public_field_definition name: (property_identifier) @name
  value: [(arrow_function) (function_expression)]) @definition.method

(type_identifier) @reference.type
(extends_clause value: (identifier) @name) @reference.class
