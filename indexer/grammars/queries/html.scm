(comment) @comment

((element (start_tag (attribute (attribute_name) @_a [
    (attribute_value) @name
    (quoted_attribute_value (attribute_value) @name)
  ]))) @definition.element
  (#eq? @_a "id"))

((start_tag (tag_name) (attribute (attribute_name) @_a [
    (attribute_value) @module
    (quoted_attribute_value (attribute_value) @module)
  ])) @import
  (#any-of? @_a "src"))
