Feature: An account is created only once
  Simultaneous, repeated, replayed and interrupted first sign-ins all end with one account
  or with none, never with two and never with half of one.

  Background:
    Given automatic user creation is in effect

  @S-42 @fault:ok-relogin
  Scenario: Later sign-ins reuse the account
    Given Rui has signed in before
    When Rui signs in with KaseyaOne
    And 30 days pass
    And Rui signs in with KaseyaOne
    Then Rui is signed in
    And Rui has exactly one account
    And Rui has the same account as before
    And the record of the sign-in says:
      | outcome | signed in |

  @S-43 @fault:id-jit-race
  Scenario: Fifty simultaneous first sign-ins make one account
    When Dana signs in with KaseyaOne in 50 browsers at the same moment
    Then all 50 browsers of Dana are signed in
    And Dana has exactly one account
    And 1 of the records of the sign-ins says "created and signed in"
    And 49 of the records of the sign-ins say "signed in"

  @S-43 @fault:id-jit-race
  Scenario: Fifty simultaneous first sign-ins across two server processes make one account
    Given a second server runs on the same database
    When Dana signs in with KaseyaOne in 50 browsers at the same moment
    Then all 50 browsers of Dana are signed in
    And Dana has exactly one account
    And 1 of the records of the sign-ins says "created and signed in"
    And 49 of the records of the sign-ins say "signed in"

  @S-44 @fault:sess-callback-replay-other-browser @fault:authz-state-other-browser
  Scenario: A replayed callback creates nothing
    Given Dana has signed in before
    When a stranger opens the return from KaseyaOne that Dana used
    Then the stranger is not signed in
    And 2 accounts exist
    And nobody's account has changed

  @S-44 @fault:sess-callback-replay-after-logout
  Scenario: A callback replayed after signing out signs nobody in
    Given Dana is signed in with KaseyaOne
    And Dana has signed out
    When Dana opens the return from KaseyaOne again
    Then Dana is not signed in
    And nobody's account has changed

  @S-44 @fault:tok-invalid-grant-reused
  Scenario: A replayed code creates nothing
    Given the fault "tok-invalid-grant-reused" strikes the sign-in of Dana
    When Dana tries to sign in with KaseyaOne
    Then Dana is not signed in
    And Dana has no account
    And the record of the sign-in says:
      | completed authentication | fail         |
      | cause                    | code expired |

  @S-44 @fault:idt-replay
  Scenario: A replayed ID token creates nothing
    Given "Enable Automatic User Creation" is off
    And Dana tried to sign in with KaseyaOne and was refused
    And "Enable Automatic User Creation" is on
    And the fault "idt-replay" strikes the sign-in of Dana
    When Dana tries to sign in with KaseyaOne
    Then Dana is not signed in
    And Dana has no account
    And the record of the sign-in says:
      | completed authentication | fail          |
      | cause                    | token invalid |
      | failed check             | nonce         |

  @S-45
  Scenario Outline: A crash while writing the <thing> leaves no half account
    Given the database fails when the <thing> is written
    When Dana tries to sign in with KaseyaOne
    Then Dana is not signed in
    And Dana has no account
    And 1 account exists
    When the database works again
    And Dana signs in with KaseyaOne
    Then Dana is signed in
    And Dana has exactly one account

    Examples:
      | thing           |
      | account         |
      | identity link   |
      | audit entry     |
      | decision record |

  @S-46
  Scenario: An existing user is recognised, not duplicated
    Given Lee is an MSP user with a local password
    When Lee signs in with KaseyaOne
    Then Lee is signed in
    And Lee has exactly one account
    And Lee has the same account as before
    And the account of Lee says:
      | signs in with | KaseyaOne, local password |

  @S-46
  Scenario: A pending invitation is fulfilled, not duplicated
    Given Mona added Dana as a user
    When Dana signs in with KaseyaOne
    Then Dana is signed in
    And Dana has exactly one account
    And Dana has the same account as before
    And the account of Dana says:
      | status | active        |
      | origin | added by hand |

  @S-47
  Scenario: A removed person is refused with that cause until an administrator allows it
    Given Rui has signed in before
    And Mona removed Rui
    When Rui tries to sign in with KaseyaOne
    Then Rui is not signed in
    And Rui has no account
    And the record of the sign-in says:
      | completed authentication | pass            |
      | outcome                  | refused         |
      | other cause              | account removed |
    When Mona allows Rui again
    And Rui signs in with KaseyaOne
    Then Rui is signed in
    And Rui has exactly one account
