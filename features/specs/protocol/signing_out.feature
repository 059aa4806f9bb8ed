@fault
Feature: Signing out of KaseyaOne
  Signing out here ends the session here, whatever KaseyaOne answers.

  Background:
    Given automatic user creation is in effect

  @S-80 @fault:out-rp-ok
  Scenario: Signing out of KaseyaOne too comes back signed out of both
    Given Rui is signed in with KaseyaOne
    When Rui signs out of KaseyaOne too
    Then Rui is not signed in
    When Rui starts to sign in with KaseyaOne
    Then Rui is asked to sign in by KaseyaOne

  @S-80
  Scenario Outline: Signing out survives a return from KaseyaOne with <fault>
    Given Rui is signed in with KaseyaOne
    And the variation "<fault>" applies to whoever asks
    When Rui signs out of KaseyaOne too
    Then Rui is not signed in
    And the fault has struck
    When Rui signs in with KaseyaOne
    Then Rui is signed in
    And Rui has exactly one account

    Examples:
      | fault              |
      | out-rp-no-state    |
      | out-rp-other-state |

  @S-80
  Scenario: Signing out here alone leaves KaseyaOne's session, and that is said
    Given Rui is signed in with KaseyaOne
    When Rui signs out
    Then Rui is not signed in
    And Rui is told of the KaseyaOne session that is left
