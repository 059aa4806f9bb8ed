Feature: The first KaseyaOne sign-in creates the MSP user account
  With automatic user creation in effect, whoever signs in through KaseyaOne for the first
  time gets one MSP user account. Nobody has to prepare it, and nothing but a completed
  KaseyaOne sign-in brings it about.

  Background:
    Given automatic user creation is in effect
    And Dana exists in KaseyaOne and has no account

  @S-01
  Scenario: First KaseyaOne sign-in creates the MSP user account
    When Dana signs in with KaseyaOne
    Then Dana is signed in
    And Dana has exactly one account
    And no administrator has done anything
    And the record of the sign-in says:
      | authenticated using KaseyaOne | pass                  |
      | KaseyaOne login is on         | pass                  |
      | automatic user creation is on | pass                  |
      | exists in KaseyaOne           | pass                  |
      | completed authentication      | pass                  |
      | outcome                       | created and signed in |
      | freshness                     | fresh                 |

  @S-02
  Scenario: A local sign-in never provisions
    When Dana tries to sign in locally
    Then Dana is not signed in
    And Dana has no account

  @S-02
  Scenario Outline: No request other than a completed KaseyaOne sign-in creates an account: <what Dana does>
    When Dana <what Dana does>
    Then Dana has no account
    And nothing has changed but the records of sign-ins

    Examples:
      | what Dana does                        |
      | opens the sign-in page                |
      | tries to sign in locally              |
      | starts to sign in with KaseyaOne      |
      | tries to open the Users page          |
      | tries to add herself as a user        |
      | opens a made-up return from KaseyaOne |

  @S-03
  Scenario: Onboarding needs no manual account creation
    When Dana signs in with KaseyaOne
    And Rui signs in with KaseyaOne
    And Zoe signs in with KaseyaOne
    Then Dana has exactly one account
    And Rui has exactly one account
    And Zoe has exactly one account
    And no administrator has done anything

  @S-03
  Scenario: An administrator can still add a user by hand
    When Mona adds Dana as a user
    Then Dana has exactly one account
    And the account of Dana says:
      | origin | added by hand |
      | status | invited       |

  @S-06
  Scenario: A successful KaseyaOne authentication creates an MSP user account
    When Dana signs in with KaseyaOne
    Then the account of Dana says:
      | kind          | MSP user              |
      | status        | active                |
      | origin        | created automatically |
      | MSP Admin     | no                    |
      | signs in with | KaseyaOne             |

  @S-07
  Scenario: The newly created user appears under Settings > Users
    When Dana signs in with KaseyaOne
    Then the Users page lists Dana once

  @S-08
  Scenario: An automatically created user is recognisable in the list
    When 90 minutes pass
    And Dana signs in with KaseyaOne
    Then the Users page shows for Dana:
      | Origin       | Created automatically |
      | Access       | None assigned         |
      | Created      | just now              |
      | Last sign-in | just now              |

  @S-28
  Scenario: Provisioning never writes to KaseyaOne
    When Dana signs in with KaseyaOne
    Then the people in KaseyaOne are as they were
    And KaseyaOne was asked to change nothing

  @S-38
  Scenario: The first sign-in after enabling creates the account
    Given "Enable Automatic User Creation" is off
    When Mona turns on "Enable Automatic User Creation"
    Then Dana has no account
    When Dana signs in with KaseyaOne
    Then Dana is signed in
    And Dana has exactly one account

  @S-40
  Scenario: Starting to sign in creates nothing
    When Dana starts to sign in with KaseyaOne
    Then Dana has no account
    When Dana completes the sign-in
    Then Dana has exactly one account

  @S-41
  Scenario Outline: No account from a token with a wrong <part>
    Given the fault "<fault>" strikes the sign-in of Dana
    When Dana tries to sign in with KaseyaOne
    Then Dana is not signed in
    And Dana has no account
    And the record of the sign-in says:
      | completed authentication | fail                     |
      | first failing            | completed authentication |
      | cause                    | <cause>                  |

    Examples:
      | part      | fault             | cause          |
      | signature | sig-bad-rs256     | token invalid  |
      | issuer    | idt-iss-wrong     | token invalid  |
      | audience  | idt-aud-wrong     | token invalid  |
      | nonce     | idt-nonce-wrong   | token invalid  |
      | expiry    | idt-exp-past      | token expired  |
      | state     | authz-state-wrong | state mismatch |

  @S-41
  Scenario: No account from a token with a wrong PKCE verifier
    Given the fault "authz-code-injection" strikes the sign-in of Dana
    When Dana tries to sign in with KaseyaOne
    Then KaseyaOne refused the code because of "pkce"
    And Dana is not signed in
    And Dana has no account
    And the record of the sign-in says:
      | completed authentication | fail                     |
      | first failing            | completed authentication |
      | cause                    | code expired             |

  @S-48
  Scenario: The list shows each person once
    When Dana signs in with KaseyaOne
    And Dana signs out of KaseyaOne too
    And Dana signs in with KaseyaOne
    And Dana uses a new browser
    And Dana signs in with KaseyaOne
    Then the Users page lists Dana once
