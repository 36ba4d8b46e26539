(line_comment) @comment
(multiline_comment) @comment

(class_declaration (type_identifier) @name) @definition.class
(object_declaration (type_identifier) @name) @definition.class
(companion_object (type_identifier) @name) @definition.class
(type_alias (type_identifier) @name) @definition.type
(function_declaration (simple_identifier) @name (function_body)) @definition.function
(function_declaration (simple_identifier) @name) @definition.declaration
(property_declaration (variable_declaration (simple_identifier) @name)) @definition.property

(call_expression . [
  (simple_identifier) @name
  (navigation_expression (navigation_suffix (simple_identifier) @name) .)
]) @reference.call
(type_identifier) @reference.type

(import_header (identifier) @module) @import
