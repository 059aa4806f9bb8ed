Feature: No account is created: did the user complete authentication successfully?
  Fifth item of the list: stopping half-way, being refused, coming back too late and coming
  back with something that is not a valid proof are all "not completed".

  Background:
    Given automatic user creation is in effect

  @S-67
  Scenario Outline: No account because authentication was not completed: <how>
    When Dana starts to sign in with KaseyaOne
    And Dana <does this>
    Then Dana is not signed in
    And Dana has no account
    And the record of the sign-in says:
      | authenticated using KaseyaOne | not knowable             |
      | completed authentication      | fail                     |
      | first failing                 | completed authentication |
      | outcome                       | <outcome>                |
      | cause                         | <cause>                  |

    Examples:
      | how                      | does this                                   | outcome   | cause           |
      | left at the password     | leaves at the password and 11 minutes pass  | abandoned | request expired |
      | failed the one-time code | fails the one-time code and 11 minutes pass | abandoned | request expired |
      | cancelled                | cancels at KaseyaOne                        | refused   | access denied   |

    @fault:authz-state-expired
    Examples: too late
      | how                                | does this                              | outcome | cause           |
      | came back after the request's life | completes the sign-in after 11 minutes | expired | request expired |

  @S-67
  Scenario: No account because KaseyaOne answered with an error
    Given KaseyaOne no longer accepts this application
    When Dana tries to sign in with KaseyaOne
    Then Dana is not signed in
    And Dana has no account
    And the record of the sign-in says:
      | completed authentication | fail           |
      | outcome                  | refused        |
      | cause                    | provider error |
    When KaseyaOne accepts this application again
    And Dana signs in with KaseyaOne
    Then Dana is signed in
    And Dana has exactly one account

  @S-67
  Scenario: No account because KaseyaOne cannot be reached
    Given KaseyaOne cannot be reached
    When Dana tries to sign in with KaseyaOne
    Then Dana is not signed in
    And Dana has no account
    And the record of the sign-in says:
      | completed authentication | fail                 |
      | cause                    | provider unavailable |
    When KaseyaOne can be reached again
    And Dana signs in with KaseyaOne
    Then Dana is signed in
    And Dana has exactly one account

  @S-67
  Scenario: No account because the token was not valid
    Given the fault "sig-none-lower" strikes the sign-in of Dana
    When Dana tries to sign in with KaseyaOne
    Then Dana is not signed in
    And Dana has no account
    And the record of the sign-in says:
      | completed authentication | fail          |
      | outcome                  | refused       |
      | cause                    | token invalid |
