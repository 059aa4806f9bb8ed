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
    Then Dana has exactly one account

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
    Then Dana has exactly one account

    Examples:
      | fault                |
      | idt-time-type-string |
      | idt-time-type-1e300  |
      | idt-time-type-u64max |
      | idt-time-type-neg    |
      | idt-dup-member       |

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
    Then Dana has exactly one account

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
    Then Dana has exactly one account

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
    Then Dana has exactly one account

    Examples:
      | fault                | other cause      |
      | id-email-unverified  | email unverified |
      | id-email-absent-flag | email unverified |
      | id-email-string-true | email unverified |
      | id-jit-other-org     | other company    |
      | idt-tenant-other     | other company    |
      | idt-tenant-missing   | other company    |
      | idt-tenant-array     | other company    |

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
    Then Dana has exactly one account

    Examples:
      | fault                | cause                |
      | disc-issuer-mismatch | provider unavailable |
      | disc-flap            | provider unavailable |
      | jwks-outage-500      | provider unavailable |
      | jwks-outage-html     | provider unavailable |
      | jwks-outage-empty    | token invalid        |
