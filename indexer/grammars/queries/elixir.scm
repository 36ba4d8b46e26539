(comment) @comment
(unary_operator) @attribute

((call target: (identifier) @_k (arguments . (alias) @name)) @definition.module
  (#any-of? @_k "defmodule" "defprotocol" "defimpl"))
((call target: (identifier) @_k (arguments . [
    (identifier) @name
    (call target: (identifier) @name)
    (binary_operator left: [(call target: (identifier) @name) (identifier) @name])
  ])) @definition.function
  (#any-of? @_k "def" "defp" "defdelegate" "defguard" "defguardp" "defn" "defnp"))
((call target: (identifier) @_k (arguments . [
    (identifier) @name
    (call target: (identifier) @name)
    (binary_operator left: (call target: (identifier) @name))
  ])) @definition.macro
  (#any-of? @_k "defmacro" "defmacrop"))
((call target: (identifier) @_k (arguments . (string (quoted_content) @name))) @definition.test
  (#any-of? @_k "test" "describe"))

((call target: [(identifier) @name (dot right: (identifier) @name)]) @reference.call
  (#not-any-of? @name "def" "defp" "defdelegate" "defguard" "defguardp" "defmacro" "defmacrop" "defn"
    "defnp" "defmodule" "defprotocol" "defimpl" "defstruct" "defexception" "alias" "case" "cond" "for"
    "if" "import" "quote" "raise" "receive" "require" "super" "throw" "try" "unless" "unquote" "use"
    "with"))
(alias) @reference.module

((call target: (identifier) @_k (arguments . [(alias) (dot)] @module)) @import
  (#any-of? @_k "alias" "import" "require" "use"))
