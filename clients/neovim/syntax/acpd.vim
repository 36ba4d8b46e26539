" A conversation is Markdown; what stands around it is marked by acpd itself. Long lines and code
" of other languages are not looked at: a conversation grows while it is read.
if exists('b:current_syntax')
  finish
endif
let s:fenced = get(g:, 'markdown_fenced_languages', [])
let g:markdown_fenced_languages = []
runtime! syntax/markdown.vim
let g:markdown_fenced_languages = s:fenced
unlet s:fenced
syntax sync clear
syntax sync minlines=30 maxlines=60
setlocal synmaxcol=500
let b:current_syntax = 'acpd'
