(comment) @comment

(block . (identifier) [(string_lit (template_literal) @scope) (identifier) @scope]
  [(string_lit (template_literal) @name) (identifier) @name]) @definition.block
(block . (identifier) . [(string_lit (template_literal) @name) (identifier) @name]) @definition.block
(block . (identifier) @name) @definition.block
(attribute . (identifier) @name) @definition.property

(function_call . (identifier) @name) @reference.call
(get_attr (identifier) @name) @reference.property
(variable_expr (identifier) @name) @reference.variable
