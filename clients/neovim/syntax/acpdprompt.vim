if exists('b:current_syntax')
  finish
endif
syntax match acpdCommand /^\/\S\+/
syntax match acpdMention /\(^\|[[:space:](]\)\zs@\S\+/
highlight default link acpdCommand Statement
highlight default link acpdMention Underlined
let b:current_syntax = 'acpdprompt'
