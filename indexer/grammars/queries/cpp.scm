(template_declaration) @wrapper

(namespace_definition name: (_) @name) @definition.namespace
(class_specifier name: (_) @name body: (_)) @definition.class
(struct_specifier name: [(template_type) (qualified_identifier)] @name body: (_)) @definition.class
(alias_declaration name: (type_identifier) @name) @definition.type
(concept_definition name: (identifier) @name) @definition.type
(function_definition declarator: [
  (reference_declarator (function_declarator declarator: (_) @name))
  (operator_cast) @name
]) @definition.function
(declaration declarator: (reference_declarator (function_declarator declarator: (identifier) @name))) @definition.declaration
(declaration declarator: (function_declarator declarator: [(qualified_identifier) (operator_name) (destructor_name)] @name)) @definition.declaration
(field_declaration declarator: [
  (function_declarator declarator: (_) @name)
  (pointer_declarator declarator: (function_declarator declarator: (_) @name))
  (reference_declarator (function_declarator declarator: (_) @name))
]) @definition.declaration

(call_expression function: [
  (qualified_identifier name: (identifier) @name)
  (qualified_identifier name: (qualified_identifier name: (identifier) @name))
  (template_function name: (identifier) @name)
  (qualified_identifier name: (template_function name: (identifier) @name))
  (field_expression field: (template_method name: (field_identifier) @name))
]) @reference.call
(base_class_clause [
  (type_identifier) @name
  (qualified_identifier name: (type_identifier) @name)
  (template_type name: (type_identifier) @name)
]) @reference.class

(using_declaration (qualified_identifier) @module) @import
