(comment) @comment
(marginalia) @comment
(statement) @wrapper

(create_table (object_reference) @name) @definition.class
(create_view . (_) (object_reference) @name) @definition.class
(create_materialized_view (object_reference) @name) @definition.class
(create_function (object_reference) @name) @definition.function
(create_trigger . (_) (object_reference) @name) @definition.function
(create_type (object_reference) @name) @definition.type

(relation (object_reference name: (identifier) @name)) @reference.class
(invocation (object_reference name: (identifier) @name)) @reference.call
