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

    Examples: claims
      | fault                 | check     |
      | idt-iss-wrong         | issuer    |
      | idt-aud-wrong         | audience  |
      | idt-aud-missing       | audience  |
      | idt-aud-null          | audience  |
      | idt-aud-number        | audience  |
      | idt-aud-object        | audience  |
      | idt-aud-extra         | audience  |
      | idt-azp-wrong         | azp       |
      | idt-azp-missing-multi | azp       |
      | idt-exp-past          | expiry    |
      | idt-exp-missing       | expiry    |
      | idt-exp-absurd        | expiry    |
      | idt-iat-missing       | issued at |
      | idt-nonce-wrong       | nonce     |
      | idt-nonce-missing     | nonce     |
      | idt-sub-missing       | subject   |
      | idt-authtime-future   | auth time |
      | idt-authtime-missing  | auth time |

    Examples: signatures
      | fault               | check     |
      | sig-bad-rs256       | signature |
      | sig-bad-es256       | algorithm |
      | sig-bad-hs256       | algorithm |
      | sig-none-lower      | algorithm |
      | sig-none-mixed-case | algorithm |
      | sig-none-stripped   | signature |

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

    Examples:
      | fault                     | cause         |
      | tok-invalid-grant-unknown | code expired  |
      | tok-invalid-grant-expired | code expired  |
      | tok-invalid-grant-reused  | code expired  |
      | tok-no-id-token-absent    | token invalid |
      | tok-no-id-token-null      | token invalid |
      | authz-code-injection      | token invalid |

  @S-41
  Scenario Outline: A return from KaseyaOne with <fault> is refused, the record says <cause>
    Given the fault "<fault>" strikes the sign-in of Dana
    When Dana tries to sign in with KaseyaOne
    Then Dana is not signed in
    And Dana has no account
    And the fault has struck
    And KaseyaOne was not asked for a token
    When Dana uses a new browser
    And Dana signs in with KaseyaOne
    Then Dana has exactly one account

    Examples:
      | fault               | cause           |
      | authz-state-missing | state mismatch  |
      | authz-state-wrong   | state mismatch  |
      | authz-iss-wrong     | response issuer |
      | authz-iss-missing   | response issuer |

  @S-41
  Scenario Outline: User information with <fault> is refused
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
      | fault           |
      | ui-sub-mismatch |
      | ui-sub-missing  |

  @S-10
  Scenario Outline: An e-mail address with <fault> makes no account, the record says <other cause>
    Given the fault "<fault>" strikes the sign-in of Dana
    When Dana tries to sign in with KaseyaOne
    Then Dana is not signed in
    And Dana has no account
    And the record of the sign-in says:
      | completed authentication | pass          |
      | other cause              | <other cause> |
    And the fault has struck
    When Dana uses a new browser
    And Dana signs in with KaseyaOne
    Then Dana has exactly one account

    Examples:
      | fault                 | other cause      |
      | id-email-unverified   | email unverified |
      | id-email-absent-flag  | email unverified |
      | id-email-string-true  | email unverified |

  @S-41
  Scenario: A provider that calls itself by another name is not used: disc-issuer-mismatch
    Given the fault "disc-issuer-mismatch" strikes everybody
    When Dana tries to sign in with KaseyaOne
    Then Dana is not signed in
    And Dana has no account
    And the record of the sign-in says:
      | cause | provider unavailable |
    And the fault has struck
    When the fault is over
    And Dana signs in with KaseyaOne
    Then Dana has exactly one account
