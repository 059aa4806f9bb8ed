Feature: Not listed: did the sign-in complete, and was it neither expired nor cached?
  Third item of the second list, which holds three claims: the sign-in completed successfully,
  it was not expired, and it was not satisfied by cached credentials from a previous session.

  Background:
    Given automatic user creation is in effect

  @S-75
  Scenario: An uncompleted sign-in is why the user is not listed
    When Dana starts to sign in with KaseyaOne
    And Dana leaves at the password and 11 minutes pass
    Then Dana is not signed in
    And the Users page does not list Dana
    And the record of the sign-in says:
      | completed authentication | fail      |
      | outcome                  | abandoned |

  @S-76
  Scenario: An expired sign-in is why the user is not listed: the request
    When Dana starts to sign in with KaseyaOne
    And Dana completes the sign-in after 11 minutes
    Then Dana is not signed in
    And the Users page does not list Dana
    And the record of the sign-in says:
      | completed authentication | fail            |
      | outcome                  | expired         |
      | cause                    | request expired |

  @S-76 @fault:tok-invalid-grant-expired
  Scenario: An expired sign-in is why the user is not listed: the code
    When Dana starts to sign in with KaseyaOne
    And Dana comes back from KaseyaOne with a code that has expired
    Then Dana is not signed in
    And the Users page does not list Dana
    And the record of the sign-in says:
      | completed authentication | fail         |
      | outcome                  | expired      |
      | cause                    | code expired |

  @S-76 @fault:idt-exp-past
  Scenario: An expired sign-in is why the user is not listed: the token
    Given the fault "idt-exp-past" strikes the sign-in of Dana
    When Dana tries to sign in with KaseyaOne
    Then Dana is not signed in
    And the Users page does not list Dana
    And the record of the sign-in says:
      | completed authentication | fail          |
      | outcome                  | expired       |
      | cause                    | token expired |

  @S-77 @fault:sess-stale-state
  Scenario: A leftover session is why the user is not listed
    Given Rui is signed in with KaseyaOne
    And Dana uses the browser of Rui
    When Dana opens the sign-in page
    Then the page says that Rui is signed in
    When Dana follows a bookmark to the KaseyaOne sign-in
    Then the page says that Rui is signed in
    And the Users page does not list Dana
    And the record of the sign-in says:
      | outcome | no new sign in |

  @S-77 @fault:sess-swap
  Scenario: A leftover session of another person is never mistaken for the new one
    Given Rui is signed in with KaseyaOne
    And Dana uses the browser of Rui
    When Dana signs out everywhere
    And Dana signs in with KaseyaOne
    Then Dana is signed in
    And Dana has exactly one account
    And Rui has the same account as before
    And nobody's account has changed

  @S-78 @fault:sess-sso-silent
  Scenario: A cached KaseyaOne session does not create the account
    Given Dana signed in to another KaseyaOne product 60 minutes ago
    When Dana starts to sign in with KaseyaOne
    Then Dana is asked to sign in by KaseyaOne
    And Dana has no account
    When Dana gives up and 11 minutes pass
    Then Dana is not signed in
    And the Users page does not list Dana
    And the record of the sign-in says:
      | freshness | cached |

  @S-78
  Scenario: Signing in afresh creates and lists the user
    Given Dana signed in to another KaseyaOne product 60 minutes ago
    When Dana starts to sign in with KaseyaOne
    And Dana completes the sign-in
    Then Dana is signed in
    And the Users page lists Dana once
    And the record of the sign-in says:
      | outcome   | created and signed in |
      | freshness | fresh                 |

  @S-78
  Scenario: A cached KaseyaOne session is good enough for whoever has an account
    Given Rui has signed in before
    And Rui signed in to another KaseyaOne product 60 minutes ago
    When Rui signs in with KaseyaOne
    Then Rui is signed in
    And Rui was not asked to sign in by KaseyaOne
    And the record of the sign-in says:
      | outcome   | signed in |
      | freshness | cached    |

  @S-79 @fault:sess-force-ignored-stripped
  Scenario: Stripping the prompt parameter does not defeat the check
    Given Dana signed in to another KaseyaOne product 60 minutes ago
    And the browser of Dana strips the demand for a fresh sign-in
    When Dana tries to sign in with KaseyaOne
    Then Dana is not signed in
    And the Users page does not list Dana
    And the record of the sign-in says:
      | completed authentication | pass           |
      | outcome                  | refused        |
      | other cause              | session reused |
      | freshness                | cached         |
