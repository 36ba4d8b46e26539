(comment) @comment
(documentation_comment) @comment
(annotation) @attribute
(marker_annotation) @attribute
(function_body) @body
(static_final_declaration_list) @wrapper

(class_definition name: (identifier) @name) @definition.class
(mixin_declaration (identifier) @name) @definition.class
(extension_declaration name: (identifier) @name) @definition.class
(enum_declaration name: (identifier) @name) @definition.enum
(type_alias (type_identifier) @name) @definition.type
(method_signature [
  (constructor_signature name: (identifier) @name . (formal_parameter_list))
  (factory_constructor_signature (identifier) @name . (formal_parameter_list))
]) @definition.constructor
(method_signature [
  (function_signature name: (identifier) @name)
  (getter_signature name: (identifier) @name)
  (setter_signature name: (identifier) @name)
]) @definition.method
(declaration [
  (constructor_signature name: (identifier) @name . (formal_parameter_list))
  (factory_constructor_signature (identifier) @name . (formal_parameter_list))
  (constant_constructor_signature (qualified) @name)
]) @definition.constructor
(declaration [
  (function_signature name: (identifier) @name)
  (getter_signature name: (identifier) @name)
  (setter_signature name: (identifier) @name)
]) @definition.declaration
(function_signature name: (identifier) @name) @definition.function
(getter_signature name: (identifier) @name) @definition.function
(setter_signature name: (identifier) @name) @definition.function
(static_final_declaration . (identifier) @name) @definition.constant

(type_identifier) @reference.type
(unconditional_assignable_selector (identifier) @name) @reference.call

(import_specification (configurable_uri) @module) @import
(library_export (configurable_uri) @module) @import
