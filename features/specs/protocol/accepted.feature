@fault
Feature: What KaseyaOne may do is accepted
  A strict service wrongly refuses these. Each row makes KaseyaOne different in one way that the
  rules allow, and the sign-in works.

  Background:
    Given automatic user creation is in effect

  @S-01
  Scenario Outline: A first sign-in with <fault> creates the account
    Given the variation "<fault>" applies to the sign-in of Dana
    When Dana signs in with KaseyaOne
    Then Dana is signed in
    And Dana has exactly one account
    And the fault has struck
    When Dana uses a new browser
    And Dana signs in with KaseyaOne
    Then Dana has exactly one account
    And Dana has the same account as before

    Examples: plain and permitted
      | fault               |
      | ok-basic            |
      | ok-rs256            |
      | ok-discovery        |
      | ok-aud-array        |
      | ok-aud-azp          |
      | ok-extra            |
      | ok-skew             |
      | ok-typ              |
      | ok-token-case       |
      | ok-token-noexpires  |
      | ok-token-noscope    |
      | ok-token-floats     |
      | ok-no-athash        |
      | ok-userinfo-header  |
      | ok-userinfo-jwt     |
      | ok-userinfo-scope   |
      | ok-iss-param        |
      | ok-slow             |
      | ok-headers          |
      | ok-long             |

    Examples: keys and endpoints
      | fault                   |
      | jwks-rotate-just-before |
      | jwks-kid-absent-single  |
      | jwks-uri-random         |
      | tok-basic-only          |

    Examples: sessions
      | fault              |
      | sess-maxage0-edge  |
      | sess-authtime-lie  |

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
      | fault               |
      | ok-relogin          |
      | ok-sloppy-profile   |
      | jwks-rotate-between |
      | id-email-changed    |
      | id-email-fold       |

  @S-42
  Scenario: Keys without a name: jwks-kid-absent-multi ends the same way every time
    Given the fault "jwks-kid-absent-multi" strikes the sign-in of Dana
    When Dana tries to sign in with KaseyaOne
    Then the fault has struck
    And Dana is not signed in
    And Dana has no account
    When Dana uses a new browser
    And Dana signs in with KaseyaOne
    Then Dana has exactly one account
