;;; emacs.el --- a turn through acp.el, for measuring  -*- lexical-binding: t; -*-
(require 'acp)
(require 'server)

(defvar measured nil "The client, for the driver.")

(let ((command (json-parse-string (getenv "ACP_MEASURE") :array-type 'list)))
  (setq measured (acp-make-client :context-buffer (current-buffer)
                                  :command (car command) :command-params (cdr command))))
(defun measure-prompt (session)
  "Send a prompt that runs for long in SESSION, an answer to session/new."
  (acp-send-request
   :client measured
   :request (acp-make-session-prompt-request
             :session-id (map-elt session 'sessionId) :prompt '(((type . "text") (text . "work"))))
   :on-success #'ignore :on-failure #'message-failure))
(defun message-failure (error &rest _) "Show ERROR." (message "failed: %S" error))
(acp-send-request
 :client measured
 :request (acp-make-initialize-request :protocol-version 1)
 :on-failure #'message-failure
 :on-success (lambda (_)
               (acp-send-request :client measured
                                 :request (acp-make-session-new-request :cwd default-directory)
                                 :on-success #'measure-prompt :on-failure #'message-failure)))

(setq server-socket-dir (file-name-directory (getenv "ACP_MEASURE_SOCKET"))
      server-name (file-name-nondirectory (getenv "ACP_MEASURE_SOCKET")))
(server-start)
