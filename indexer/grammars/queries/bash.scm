(comment) @comment

(function_definition name: (word) @name) @definition.function
(variable_assignment name: (variable_name) @name) @definition.variable

(command name: (command_name (word) @name)) @reference.call

((command name: (command_name (word) @_c) argument: (_) @module) @import
  (#any-of? @_c "source" "."))
