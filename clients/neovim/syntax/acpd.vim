" A conversation is Markdown; what stands around it is marked by acpd itself. Neovim's own Markdown
" takes HTML along and costs tens of milliseconds a redraw on long lines: too much for a text that
" grows while somebody types. Nothing here is concealed, so that what is shown is what was said.
if exists('b:current_syntax')
  finish
endif
syntax spell notoplevel
syntax match acpdHeading /^#\{1,6} .*$/
syntax match acpdRule /^\s*\([-*_]\)\(\s*\1\)\{2,}\s*$/
syntax match acpdListMarker /^\s*\zs\%([-*+]\|\d\{1,9}[.)]\)\ze\s/
syntax match acpdQuote /^\s*>.*$/
syntax match acpdCode /`[^`]\+`/ oneline
syntax match acpdBold /\*\*[^* ][^*]*\*\*/ oneline
syntax match acpdLink /\[[^][]\+\]([^() ]\+)/ oneline
syntax region acpdFence start=/^\s*```/ end=/^\s*```\s*$/ keepend
syntax match acpdAdded /^  +.*$/
syntax match acpdRemoved /^  -\S.*$/
syntax sync clear
syntax sync minlines=50 maxlines=100
setlocal synmaxcol=400

highlight default link acpdHeading Title
highlight default link acpdRule NonText
highlight default link acpdListMarker Statement
highlight default link acpdQuote Comment
highlight default link acpdCode String
highlight default acpdBold gui=bold cterm=bold
highlight default link acpdLink Underlined
highlight default link acpdFence String
highlight default link acpdAdded DiffAdd
highlight default link acpdRemoved DiffDelete
let b:current_syntax = 'acpd'
