@fault
Feature: What KaseyaOne may do is accepted
  A strict service wrongly refuses these. Each row makes KaseyaOne different in one way that the
  rules allow, and the sign-in works.

  Background:
    Given automatic user creation is in effect

  @S-01 @fault:ok-basic
  Scenario: An honest sign-in creates the account
    When Dana signs in with KaseyaOne
    Then Dana is signed in
    And Dana has exactly one account

  @S-01
  Scenario Outline: A first sign-in with <fault> creates the account
    Given the variation "<fault>" applies to the sign-in of Dana
    When Dana signs in with KaseyaOne
    Then Dana is signed in
    And Dana has exactly one account
    And the fault has struck
    When Dana uses a new browser
    And Dana signs in with KaseyaOne
    Then Dana is signed in

    Examples: tokens
      | fault              |
      | ok-aud-array       |
      | ok-extra           |
      | ok-skew            |
      | ok-skew-behind     |
      | ok-typ             |
      | ok-typ-lower       |
      | ok-token-case      |
      | ok-token-noexpires |
      | ok-token-noscope   |
      | ok-token-floats    |
      | ok-no-athash       |
      | ok-slow            |
      | ok-headers         |

    Examples: keys
      | fault                   |
      | jwks-rotate-just-before |
      | jwks-rotate-between     |
      | jwks-kid-absent-single  |

    Examples: sessions
      | fault             |
      | sess-maxage0-edge |
      | idt-acr-low       |

    Examples: clocks and modes
      | fault                   |
      | net-skew-30s            |
      | authz-mode-front-tokens |

    Examples: names
      | fault                    |
      | claim-name-unicode       |
      | claim-name-rtl           |
      | claim-name-emoji         |
      | claim-name-hostile       |
      | claim-name-long          |
      | claim-name-mononym       |
      | claim-name-userinfo-only |
      | id-username-collision    |
      | claim-username-number    |

    Examples: what they are over there
      | fault                 |
      | id-role-absent        |
      | id-role-unknown       |
      | id-role-admin         |
      | id-role-wrongtype     |
      | claim-role-array      |
      | claim-modules-string  |
      | claim-groups-string   |
      | claim-groups-empty    |
      | claim-groups-hundreds |
      | claim-groups-objects  |

    Examples: claims that are awkward
      | fault                   |
      | claim-aud-array         |
      | claim-amr-string        |
      | claim-null              |
      | claim-empty             |
      | claim-address           |
      | claim-phone             |
      | claim-updated-at-string |
      | claim-updated-at-float  |
      | claim-locale            |
      | claim-many              |

  @S-01
  Scenario Outline: A service that reads documents with <fault> signs people in
    Given the variation "<fault>" applies to whoever asks
    And the service was restarted
    When Dana signs in with KaseyaOne
    Then Dana is signed in
    And Dana has exactly one account
    And the fault has struck

    Examples:
      | fault              |
      | ok-rs256           |
      | ok-discovery       |
      | ok-iss-param       |
      | jwks-uri-random    |
      | tok-basic-only     |
      | disc-alg-downgrade |

    Examples: documents that are odd
      | fault                       |
      | disc-pkce-absent            |
      | disc-pkce-plain             |
      | disc-endpoint-moved         |
      | disc-field-wrongtype-unused |
      | jwks-foreign-entries        |
      | jwks-kid-dup                |

  @S-42
  Scenario Outline: A later sign-in with <fault> reuses the account
    Given Rui has signed in before
    And the variation "<fault>" applies to the sign-in of Rui
    When Rui signs in with KaseyaOne
    Then Rui is signed in
    And Rui has exactly one account
    And Rui has the same account as before
    And the fault has struck
    When Rui uses a new browser
    And Rui signs in with KaseyaOne
    Then Rui has the same account as before

    Examples:
      | fault             |
      | ok-sloppy-profile |
      | id-email-changed  |
      | id-email-fold     |

    Examples: addresses
      | fault                     |
      | id-domain-trick-suffix    |
      | id-domain-trick-prefix    |
      | id-domain-trick-subdomain |
      | id-domain-trick-idn       |
      | claim-email-upper         |
      | claim-email-plus          |
      | claim-email-idn           |
      | claim-email-punycode      |
      | claim-email-lookalike     |
      | claim-email-long          |
      | claim-emails-array        |
      | id-role-changed           |

  @S-01
  Scenario: The longest names that are allowed are accepted: ok-long
    Given the variation "ok-long" applies to every sign-in of Dana
    When Dana signs in with KaseyaOne
    And Dana uses a new browser
    And Dana signs in with KaseyaOne
    Then Dana is signed in
    And Dana has exactly one account
    And the fault has struck

  @S-41
  Scenario: Keys without names cannot be told apart and are refused: jwks-kid-absent-multi
    Given the fault "jwks-kid-absent-multi" strikes the sign-in of Dana
    When Dana tries to sign in with KaseyaOne
    Then Dana is not signed in
    And Dana has no account
    And the fault has struck
    When the fault is over
    And 5 minutes pass
    And Dana uses a new browser
    And Dana signs in with KaseyaOne
    Then Dana is signed in
    And Dana has exactly one account

  @S-41
  Scenario: Keys without names are refused by a service that knows the keys by their names too: jwks-kid-absent-multi
    Given Rui has signed in before
    And the fault "jwks-kid-absent-multi" strikes the sign-in of Dana
    When Dana tries to sign in with KaseyaOne
    Then Dana is not signed in
    And Dana has no account
    And the record of the sign-in says:
      | failed check | signature |
    And the fault has struck
    When the fault is over
    And 5 minutes pass
    And Dana uses a new browser
    And Dana signs in with KaseyaOne
    Then Dana is signed in
    And Dana has exactly one account

  @S-01
  Scenario: A single key without a name is enough for a service that knows the keys by their names: jwks-kid-absent-single
    Given Rui has signed in before
    And the variation "jwks-kid-absent-single" applies to the sign-in of Dana
    When Dana signs in with KaseyaOne
    Then Dana is signed in
    And Dana has exactly one account
    And the fault has struck

  @S-78
  Scenario: A KaseyaOne that lies about the time of a sign-in cannot be caught: sess-authtime-lie
    Given Dana signed in to another KaseyaOne product 60 minutes ago
    And the variation "sess-authtime-lie" applies to the sign-in of Dana
    When Dana signs in with KaseyaOne
    Then Dana is signed in
    And Dana was not asked to sign in by KaseyaOne
    And the fault has struck
    And the record of the sign-in says:
      | freshness | fresh |

  @S-01
  Scenario Outline: A subject that is <fault> keys one account
    Given the variation "<fault>" applies to every sign-in of Dana
    When Dana signs in with KaseyaOne
    And Dana uses a new browser
    And Dana signs in with KaseyaOne
    Then Dana is signed in
    And Dana has exactly one account
    And the fault has struck

    Examples:
      | fault            |
      | claim-sub-digits |
      | claim-sub-pipes  |

  @S-01
  Scenario: A KaseyaOne that ends no sessions keeps nobody signed in here: out-op-dead-absent
    Given the variation "out-op-dead-absent" applies to whoever asks
    And the service was restarted
    When Rui signs in with KaseyaOne
    And Rui signs out
    Then Rui is not signed in
    And the fault has struck
