@fault
Feature: Sessions, tabs and browsers
  What a browser keeps, repeats, swaps or carries elsewhere never signs in the wrong person and
  never makes a second account.

  Background:
    Given automatic user creation is in effect

  @S-44 @fault:sess-callback-reload
  Scenario: Reloading the page that KaseyaOne sent back changes nothing
    When Dana signs in with KaseyaOne
    And Dana opens the return from KaseyaOne again
    Then Dana is signed in
    And Dana has exactly one account
    And KaseyaOne was asked for one token

  @S-44
  Scenario: A code is offered to KaseyaOne once, even if KaseyaOne would take it twice: tok-reuse-lenient
    Given the fault "tok-reuse-lenient" strikes the sign-in of Dana
    When Dana signs in with KaseyaOne
    And Dana opens the return from KaseyaOne again
    Then Dana is signed in
    And Dana has exactly one account
    And KaseyaOne was asked for one token
    But KaseyaOne would have given tokens for that code again
    And the fault has struck

  @S-44
  Scenario: A code that was used is worth nothing in another return, even if KaseyaOne would take it twice: tok-reuse-lenient
    Given Dana has signed in before
    And the fault "tok-reuse-lenient" strikes the sign-in of Dana
    When Dana starts to sign in with KaseyaOne
    And Dana comes back from KaseyaOne with the code of the sign-in before
    Then Dana is not signed in
    And nobody's account has changed
    And the record of the sign-in says:
      | completed authentication | fail         |
      | cause                    | code expired |
    And the fault has struck

  @S-43 @fault:sess-parallel-tabs
  Scenario: Two tabs that sign in at the same time both arrive
    When Dana starts to sign in with KaseyaOne
    And Dana starts to sign in with KaseyaOne in a second tab
    And Dana completes the sign-in
    And Dana completes the sign-in in the second tab
    Then Dana is signed in
    And Dana has exactly one account

  @S-44 @fault:authz-state-other-browser
  Scenario: A sign-in that began in one browser cannot end in another
    When Dana starts to sign in with KaseyaOne
    And a stranger opens the return from KaseyaOne meant for Dana
    Then the stranger is not signed in
    And Dana has no account
    And the record of the sign-in says:
      | completed authentication | fail          |
      | cause                    | other browser |

  @S-77 @fault:sess-fixation
  Scenario: A session that was known before signing in is worth nothing afterwards
    Given a stranger knows the cookies in the browser of Dana
    When Dana signs in with KaseyaOne
    Then Dana is signed in
    And the stranger is not signed in

  @S-77 @fault:sess-idtoken-expires-later
  Scenario: The session outlives the ID token
    When Dana signs in with KaseyaOne
    And 60 minutes pass
    Then Dana is signed in

  @S-78 @fault:sess-refresh-not-fresh
  Scenario: Tokens that another product has renewed make no sign-in fresh
    Given Dana signed in to another KaseyaOne product 60 minutes ago
    And that product has just renewed the tokens of Dana
    When Dana starts to sign in with KaseyaOne
    Then Dana is asked to sign in by KaseyaOne
    And Dana has no account
    When Dana gives up and 11 minutes pass
    Then Dana is not signed in
    And the record of the sign-in says:
      | freshness | cached |

  @S-78 @fault:sess-refresh-not-fresh
  Scenario: Tokens that another product has renewed are no sign-in of their own
    Given Rui has signed in before
    And Rui signed in to another KaseyaOne product 60 minutes ago
    And that product has just renewed the tokens of Rui
    When Rui signs in with KaseyaOne
    Then Rui is signed in
    And Rui was not asked to sign in by KaseyaOne
    And the record of the sign-in says:
      | outcome   | signed in |
      | freshness | cached    |

  @S-78
  Scenario: Nothing is prolonged behind the person's back
    When Dana signs in with KaseyaOne
    And 60 minutes pass
    Then Dana is signed in
    And KaseyaOne was asked for one token

  @S-77
  Scenario: The session ends after its own life
    When Dana signs in with KaseyaOne
    And 13 hours pass
    Then Dana is not signed in
    And Dana has exactly one account

  @S-77
  Scenario: Somebody else's KaseyaOne session does not make an account for the person expected: sess-sso-other-user
    Given Rui has signed in before
    And Rui signed in to another KaseyaOne product 60 minutes ago
    And Dana uses the browser of Rui
    And Dana typed the own user name on the sign-in page
    And the fault "sess-sso-other-user" strikes whoever asks
    When Dana tries to sign in with KaseyaOne
    Then Dana is not signed in
    And Dana has no account
    And no account has been created
    And nobody's account has changed
    And the fault has struck
    And the record of the sign-in says:
      | outcome     | refused        |
      | cause       | session reused |
      | other cause | session reused |
      | freshness   | cached         |

  @S-09 @S-77
  Scenario: A typed user name proves nothing: whoever KaseyaOne names is signed in, and the page says who: sess-sso-other-user
    Given Rui has signed in before
    And Alan has signed in before
    And Rui signed in to another KaseyaOne product 60 minutes ago
    And Dana uses the browser of Rui
    And Dana typed the own user name on the sign-in page
    And the fault "sess-sso-other-user" strikes whoever asks
    When Dana tries to sign in with KaseyaOne
    Then the browser of Dana is signed in as Alan
    And the page says that Alan is signed in
    And Dana has no account
    And no account has been created
    And the fault has struck
    And the record of the sign-in says:
      | outcome   | signed in |
      | freshness | cached    |

  @S-78
  Scenario: An old session that answers is noticed and the person is asked: sess-sso-silent
    Given Dana signed in to another KaseyaOne product 60 minutes ago
    And the fault "sess-sso-silent" strikes the sign-in of Dana
    When Dana signs in with KaseyaOne
    Then Dana was asked to sign in by KaseyaOne
    And Dana is signed in
    And the fault has struck
    And the record of the sign-in says:
      | freshness | fresh |

  @S-78
  Scenario: A sign-in that claims to be old is asked for afresh, once: idt-authtime-stale
    Given the fault "idt-authtime-stale" strikes the sign-in of Dana
    When Dana signs in with KaseyaOne
    Then Dana was asked to sign in by KaseyaOne twice
    And Dana is signed in
    And Dana has exactly one account
    And the fault has struck

  @S-78
  Scenario: A sign-in that claims to be old every time is asked for afresh once and then refused
    Given the fault "idt-authtime-stale" strikes every sign-in of Dana
    When Dana tries to sign in with KaseyaOne
    Then Dana was asked to sign in by KaseyaOne twice
    And Dana is not signed in
    And Dana has no account
    And the fault has struck
    And the record of the sign-in says:
      | other cause | session reused |

  @S-79
  Scenario Outline: A demand for a fresh sign-in that KaseyaOne ignores does not create the account: <fault>
    Given Dana signed in to another KaseyaOne product 60 minutes ago
    And the fault "<fault>" strikes the sign-in of Dana
    When Dana tries to sign in with KaseyaOne
    Then Dana is not signed in
    And Dana has no account
    And the fault has struck
    And the record of the sign-in says:
      | other cause | session reused |
      | freshness   | cached         |

    Examples:
      | fault                       |
      | sess-force-ignored-prompt   |
      | sess-force-ignored-maxage   |
      | sess-force-ignored-stripped |

  @S-77
  Scenario: A silent answer about another person makes no account: sess-none-other-sub
    Given Rui has signed in before
    And Rui signed in to another KaseyaOne product 60 minutes ago
    And the browser of Rui demands a silent answer about Rui
    And the fault "sess-none-other-sub" strikes whoever asks
    When Rui tries to sign in with KaseyaOne
    Then Rui is not signed in
    And nobody's account has changed
    And no account has been created
    And the fault has struck
    And the record of the sign-in says:
      | outcome     | refused        |
      | cause       | session reused |
      | other cause | session reused |
      | freshness   | cached         |

  @S-77
  Scenario: A silent answer about another person opens that person's account, never the one it was asked about: sess-none-other-sub
    Given Rui has signed in before
    And Alan has signed in before
    And Rui signed in to another KaseyaOne product 60 minutes ago
    And the browser of Rui demands a silent answer about Rui
    And the fault "sess-none-other-sub" strikes whoever asks
    When Rui tries to sign in with KaseyaOne
    Then the browser of Rui is signed in as Alan
    And no account has been created
    And the fault has struck
    And the record of the sign-in says:
      | outcome   | signed in |
      | freshness | cached    |
