(comment) @comment

(rule_set (selectors) @name) @definition.rule
(keyframes_statement (keyframes_name) @name) @definition.rule

(class_selector (class_name) @name) @reference.class
(id_selector (id_name) @name) @reference.id

(import_statement [(string_value) (call_expression)] @module) @import
