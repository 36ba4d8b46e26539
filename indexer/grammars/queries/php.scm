(comment) @comment
(const_declaration) @wrapper

(namespace_definition name: (namespace_name) @name body: (_)) @definition.namespace
(class_declaration name: (name) @name) @definition.class
(interface_declaration name: (name) @name) @definition.interface
(trait_declaration name: (name) @name) @definition.class
(enum_declaration name: (name) @name) @definition.enum
(function_definition name: (name) @name) @definition.function
(method_declaration name: (name) @name body: (_)) @definition.method
(method_declaration name: (name) @name) @definition.declaration
(property_declaration (property_element name: (variable_name (name) @name))) @definition.property
(const_element . (name) @name) @definition.constant

(function_call_expression function: [(name) @name (qualified_name (name) @name)]) @reference.call
(scoped_call_expression name: (name) @name) @reference.call
(member_call_expression name: (name) @name) @reference.call
(nullsafe_member_call_expression name: (name) @name) @reference.call
(object_creation_expression [(name) @name (qualified_name (name) @name)]) @reference.class
(base_clause [(name) @name (qualified_name (name) @name)]) @reference.class
(class_interface_clause [(name) @name (qualified_name (name) @name)]) @reference.implementation
(named_type [(name) @name (qualified_name (name) @name)]) @reference.type

(namespace_use_declaration (namespace_use_clause [(name) (qualified_name)] @module)) @import
(namespace_use_declaration (namespace_name) @module
  body: (namespace_use_group (namespace_use_clause [(name) (qualified_name)] @names))) @import
(require_once_expression (_) @module) @import
(require_expression (_) @module) @import
(include_expression (_) @module) @import
(include_once_expression (_) @module) @import
