@fault
Feature: What KaseyaOne sends wrongly is refused
  Each row makes KaseyaOne wrong in one way for one sign-in. The sign-in is refused, no account
  comes to be, the record names what was wrong, the fault is proved to have struck, and the next
  honest sign-in works.

  Background:
    Given automatic user creation is in effect

  @S-41
  Scenario Outline: An ID token with <fault> is refused, the record says <check>
    Given the fault "<fault>" strikes the sign-in of Dana
    When Dana tries to sign in with KaseyaOne
    Then Dana is not signed in
    And Dana has no account
    And the record of the sign-in says:
      | completed authentication | fail    |
      | failed check             | <check> |
    And the fault has struck
    When Dana uses a new browser
    And Dana signs in with KaseyaOne
    Then Dana is signed in
    And Dana has exactly one account

    Examples: issuer
      | fault           | check  |
      | idt-iss-wrong   | issuer |
      | idt-iss-missing | issuer |
      | idt-iss-near    | issuer |
      | idt-iss-array   | issuer |
      | idt-iss-number  | issuer |

    Examples: audience
      | fault                 | check    |
      | idt-aud-wrong         | audience |
      | idt-aud-missing       | audience |
      | idt-aud-null          | audience |
      | idt-aud-number        | audience |
      | idt-aud-object        | audience |
      | idt-aud-extra         | audience |
      | idt-azp-wrong         | azp      |
      | idt-azp-missing-multi | audience |

    Examples: times
      | fault                | check     |
      | idt-exp-past         | expiry    |
      | idt-exp-missing      | expiry    |
      | idt-exp-absurd       | expiry    |
      | idt-iat-missing      | issued at |
      | idt-iat-stale        | issued at |
      | idt-iat-future       | issued at |
      | idt-nbf-future       | not before |
      | idt-authtime-future  | auth time |
      | idt-authtime-missing | auth time |

    Examples: this sign-in and no other
      | fault             | check   |
      | idt-nonce-wrong   | nonce   |
      | idt-nonce-missing | nonce   |
      | idt-hash-at       | at hash |

    Examples: subject
      | fault            | check   |
      | idt-sub-missing  | subject |
      | idt-sub-empty    | subject |
      | idt-sub-too-long | subject |
      | idt-sub-nonascii | subject |
      | idt-sub-nul      | subject |
      | idt-sub-number   | subject |
      | idt-sub-space    | subject |

    Examples: signature
      | fault               | check     |
      | sig-bad-rs256       | signature |
      | sig-bad-rs256-other-key | signature |
      | sig-bad-rs256-swapped   | signature |
      | sig-bad-es256       | algorithm |
      | sig-bad-hs256       | algorithm |
      | sig-none-lower      | algorithm |
      | sig-none-mixed-case | algorithm |
      | sig-none-stripped   | signature |
      | sig-alg-alternate   | algorithm |
      | sig-hs-pubkey       | algorithm |
      | sig-hs-secret       | algorithm |
      | sig-hs-empty        | algorithm |
      | jwks-kid-unknown    | signature |

    Examples: near misses of the issuer
      | fault              | check  |
      | idt-iss-near-case  | issuer |
      | idt-iss-near-port  | issuer |
      | idt-iss-near-query | issuer |

    Examples: somebody else's tokens
      | fault                   | check   |
      | tok-substitution        | nonce   |
      | tok-substitution-access | at hash |
      | idt-hash-c              | c hash  |

    Examples: a clock that is off
      | fault        | check     |
      | net-skew-10m | issued at |

    Examples: tokens of another kind
      | fault                         | check |
      | idt-wrong-kind-access         | kind  |
      | idt-wrong-kind-logout         | kind  |
      | idt-wrong-kind-logout-untyped | kind  |

    Examples: keys of strangers
      | fault               | check     |
      | sig-header-jwk      | signature |
      | sig-header-jku      | signature |
      | sig-header-x5u      | signature |
      | sig-cross-issuer    | signature |
      | sig-kid-evil        | signature |
      | sig-kid-evil-sql    | signature |
      | sig-kid-evil-long   | signature |
      | sig-kid-evil-number | signature |
      | jwks-weak-1024      | signature |
      | jwks-weak-e1        | signature |
      | jwks-weak-16k       | signature |

    Examples: signatures by another algorithm
      | fault                | check     |
      | jwks-misuse-oct      | algorithm |
      | sig-ecdsa-zero       | algorithm |
      | sig-ecdsa-zero-der   | algorithm |
      | sig-ecdsa-zero-curve | algorithm |

    Examples: texts that are no token
      | fault          | check |
      | sig-shape-2    | shape |
      | sig-shape-4    | shape |
      | sig-shape-5    | shape |
      | sig-shape-pad  | shape |
      | sig-shape-ws   | shape |
      | sig-shape-dots | shape |
      | sig-shape-jwe  | shape |

  @S-41
  Scenario Outline: An ID token with <fault> is refused as not readable
    Given the fault "<fault>" strikes the sign-in of Dana
    When Dana tries to sign in with KaseyaOne
    Then Dana is not signed in
    And Dana has no account
    And the record of the sign-in says:
      | completed authentication | fail          |
      | cause                    | token invalid |
    And the fault has struck
    When Dana uses a new browser
    And Dana signs in with KaseyaOne
    Then Dana is signed in
    And Dana has exactly one account

    Examples:
      | fault                |
      | idt-time-type-string |
      | idt-time-type-1e300  |
      | idt-time-type-u64max |
      | idt-time-type-neg    |
      | idt-dup-member       |
      | sig-crit-unknown     |
      | sig-crit-b64         |

  @S-41
  Scenario Outline: A token answer with <fault> is refused, the record says <cause>
    Given the fault "<fault>" strikes the sign-in of Dana
    When Dana tries to sign in with KaseyaOne
    Then Dana is not signed in
    And Dana has no account
    And the record of the sign-in says:
      | completed authentication | fail    |
      | cause                    | <cause> |
    And the fault has struck
    When Dana uses a new browser
    And Dana signs in with KaseyaOne
    Then Dana is signed in
    And Dana has exactly one account

    Examples: the code
      | fault                        | cause         |
      | tok-invalid-grant-unknown    | code expired  |
      | tok-invalid-grant-expired    | code expired  |
      | tok-invalid-grant-reused     | code expired  |
      | authz-code-injection         | code expired  |
      | authz-code-injection-no-pkce | token invalid |

    Examples: the answer
      | fault                  | cause          |
      | tok-no-id-token-absent | token invalid  |
      | tok-no-id-token-null   | token invalid  |
      | tok-type-mac           | provider error |
      | tok-type-missing       | provider error |
      | tok-body-html          | provider error |
      | tok-body-truncated     | provider error |
      | tok-body-empty         | provider error |
      | tok-invalid-client     | provider error |
      | tok-500                | provider unavailable |
      | tok-503                | provider unavailable |
      | tok-429                | provider unavailable |

    Examples: answers that are none
      | fault             | cause          |
      | tok-body-bom      | provider error |
      | tok-body-200error | provider error |
      | tok-body-201      | provider error |
      | tok-at-ctrl       | provider error |
      | tok-redirect      | provider error |
      | tok-redirect-302  | provider error |
      | net-bomb          | provider error |

    Examples: answers that do not come
      | fault               | cause                |
      | tok-reset           | provider unavailable |
      | net-refused-token   | provider unavailable |
      | net-reset-token     | provider unavailable |
      | net-truncated-token | provider unavailable |
      | net-huge            | provider unavailable |

  @S-41
  Scenario Outline: A return from KaseyaOne with <fault> is refused, the record says <cause>
    Given the fault "<fault>" strikes the sign-in of Dana
    When Dana tries to sign in with KaseyaOne
    Then Dana is not signed in
    And Dana has no account
    And the record of the sign-in says:
      | completed authentication | fail    |
      | cause                    | <cause> |
    And the fault has struck
    And KaseyaOne was not asked for a token
    When Dana uses a new browser
    And Dana signs in with KaseyaOne
    Then Dana is signed in
    And Dana has exactly one account

    Examples: not the answer to this request
      | fault               | cause              |
      | authz-state-missing | state mismatch     |
      | authz-state-wrong   | state mismatch     |
      | authz-iss-wrong     | response issuer    |
      | authz-iss-missing   | response issuer    |
      | authz-param-dup     | callback malformed |
      | authz-param-empty   | callback malformed |

    Examples: an error
      | fault                                  | cause          |
      | authz-error-access-denied              | access denied  |
      | authz-error-server-error               | provider error |
      | authz-error-temp-unavailable           | provider error |
      | authz-error-invalid-scope              | provider error |
      | authz-error-unknown                    | provider error |
      | authz-error-login-required             | provider error |
      | authz-error-interaction-required       | provider error |
      | authz-error-consent-required           | provider error |
      | authz-error-account-selection-required | provider error |
      | authz-error-evil-desc                  | provider error |
      | authz-error-plus-code                  | access denied  |

    Examples: another issuer
      | fault              | cause           |
      | authz-mixup        | response issuer |
      | authz-mixup-no-iss | response issuer |

    Examples: parameters that cannot be
      | fault            | cause              |
      | authz-param-huge | callback malformed |
      | authz-param-ctrl | callback malformed |

  @S-10 @S-33
  Scenario Outline: A person with <fault> gets no account, the record says <other cause>
    Given the fault "<fault>" strikes the sign-in of Dana
    When Dana tries to sign in with KaseyaOne
    Then Dana is not signed in
    And Dana has no account
    And the record of the sign-in says:
      | other cause | <other cause> |
    And the fault has struck
    When Dana uses a new browser
    And Dana signs in with KaseyaOne
    Then Dana is signed in
    And Dana has exactly one account

    Examples:
      | fault                | other cause      |
      | id-email-unverified  | email unverified |
      | id-email-absent-flag | email unverified |
      | id-email-string-true | email unverified |
      | id-jit-other-org     | other company    |
      | idt-tenant-other     | other company    |
      | idt-tenant-missing   | other company    |
      | idt-tenant-array     | other company    |

    Examples: no address that could be one
      | fault                  | other cause   |
      | id-domain-trick        | email missing |
      | id-domain-trick-quoted | email missing |
      | id-profile-sparse      | email missing |
      | claim-email-quoted     | email missing |

    Examples: claims that are elsewhere or say less
      | fault                       | other cause      |
      | claim-email-verified-string | email unverified |
      | claim-email-verified-absent | email unverified |
      | claim-all-userinfo-only     | other company    |

  @S-67
  Scenario Outline: A provider whose documents have <fault> is not used, the record says <cause>
    Given the fault "<fault>" strikes whoever asks
    And the service was restarted
    When Dana tries to sign in with KaseyaOne
    Then Dana is not signed in
    And Dana has no account
    And the record of the sign-in says:
      | completed authentication | fail                 |
      | cause                    | <cause> |
    And the fault has struck
    When the fault is over
    And 5 minutes pass
    And Dana signs in with KaseyaOne
    Then Dana is signed in
    And Dana has exactly one account

    Examples:
      | fault                | cause                |
      | disc-issuer-mismatch | provider unavailable |
      | disc-flap            | provider unavailable |
      | jwks-outage-500      | provider unavailable |
      | jwks-outage-html     | provider unavailable |
      | jwks-outage-empty    | token invalid        |

    Examples: the issuer
      | fault                  | cause                |
      | disc-issuer-near-slash | provider unavailable |
      | disc-issuer-near-case  | provider unavailable |
      | disc-issuer-near-port  | provider unavailable |
      | disc-issuer-near-query | provider unavailable |
      | disc-issuer-template   | provider unavailable |

    Examples: the endpoints
      | fault                          | cause                |
      | disc-scheme-http               | provider unavailable |
      | disc-scheme-file               | provider unavailable |
      | disc-scheme-js                 | provider unavailable |
      | disc-endpoint-foreign-token    | provider unavailable |
      | disc-endpoint-foreign-jwks     | provider unavailable |
      | disc-endpoint-foreign-userinfo | provider unavailable |
      | disc-endpoint-foreign-meta     | provider unavailable |
      | disc-field-missing             | provider unavailable |
      | disc-field-missing-token       | provider unavailable |
      | disc-field-missing-algs        | provider unavailable |
      | disc-field-wrongtype           | provider unavailable |
      | net-dns-jwks                   | provider unavailable |
      | net-dns-token                  | provider unavailable |
      | net-dns-userinfo               | provider unavailable |

    Examples: an outage
      | fault                   | cause                |
      | disc-flap-html          | provider unavailable |
      | disc-flap-redirect      | provider unavailable |
      | net-refused-discovery   | provider unavailable |
      | net-reset-discovery     | provider unavailable |
      | net-truncated-discovery | provider unavailable |

    Examples: an outage of the keys
      | fault              | cause                |
      | jwks-outage-huge   | provider unavailable |
      | net-refused-jwks   | provider unavailable |
      | net-reset-jwks     | provider unavailable |
      | net-truncated-jwks | provider unavailable |

    Examples: keys that are no use
      | fault               | cause         |
      | jwks-key-withdrawn  | token invalid |
      | jwks-misuse-enc     | token invalid |
      | jwks-misuse-alg     | token invalid |
      | jwks-misuse-private | token invalid |

  @S-41
  Scenario Outline: A return from KaseyaOne that the service cannot read is refused: <fault>
    Given the fault "<fault>" strikes the sign-in of Dana
    When Dana tries to sign in with KaseyaOne
    Then Dana is not signed in
    And Dana has no account
    And the fault has struck
    And KaseyaOne was not asked for a token
    When Dana uses a new browser
    And Dana signs in with KaseyaOne
    Then Dana is signed in
    And Dana has exactly one account

    Examples:
      | fault                |
      | authz-mode-fragment  |
      | authz-mode-form-post |

  @S-41
  Scenario: A key under the name of an older one is refused until the keys are read again: jwks-kid-reused
    Given Rui has signed in before
    And the fault "jwks-kid-reused" strikes the sign-in of Dana
    When Dana tries to sign in with KaseyaOne
    Then Dana is not signed in
    And Dana has no account
    And the record of the sign-in says:
      | failed check | signature |
    And the fault has struck
    When 61 minutes pass
    And Dana uses a new browser
    And Dana signs in with KaseyaOne
    Then Dana is signed in
    And Dana has exactly one account

  @S-67
  Scenario Outline: A KaseyaOne that never answers is not waited for: <fault>
    Given the fault "<fault>" strikes the sign-in of Dana
    When Dana tries to sign in with KaseyaOne
    Then Dana is not signed in
    And Dana has no account
    And the record of the sign-in says:
      | completed authentication | fail                 |
      | cause                    | provider unavailable |
    And the fault has struck

    Examples:
      | fault          |
      | tok-hang       |
      | net-hang-token |
      | net-trickle    |

  @S-67
  Scenario Outline: A KaseyaOne whose documents never come is not waited for: <fault>
    Given the fault "<fault>" strikes whoever asks
    And the service was restarted
    When Dana tries to sign in with KaseyaOne
    Then Dana is not signed in
    And Dana has no account
    And the record of the sign-in says:
      | completed authentication | fail                 |
      | cause                    | provider unavailable |
    And the fault has struck

    Examples:
      | fault              |
      | disc-flap-timeout  |
      | net-hang-discovery |
      | net-hang-jwks      |
