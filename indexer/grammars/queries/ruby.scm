(comment) @comment

(module name: (_) @name) @definition.module
(class name: (_) @name) @definition.class
(method name: (_) @name) @definition.method
(singleton_method object: (self) name: (_) @name) @definition.method
(singleton_method object: (constant) name: (_) @name) @definition.method
(assignment left: (constant) @name) @definition.constant
(alias name: (_) @name) @definition.constant

(call method: [(identifier) (constant)] @name) @reference.call
(superclass [(constant) @name (scope_resolution name: (constant) @name)]) @reference.class
(scope_resolution name: (constant) @name) @reference.class

((call method: (identifier) @_f arguments: (argument_list . (string (string_content) @module))) @import
  (#any-of? @_f "require" "require_relative" "load"))
