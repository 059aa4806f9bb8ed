@fault
Feature: Signing out of KaseyaOne
  Signing out here ends the session here, whatever KaseyaOne answers.

  Background:
    Given automatic user creation is in effect

  @S-80
  Scenario Outline: Signing out survives a return from KaseyaOne with <fault>
    Given Rui is signed in with KaseyaOne
    And the variation "<fault>" applies to the sign-in of Rui
    When Rui signs out of KaseyaOne too
    Then Rui is not signed in
    And the fault has struck
    When Rui signs in with KaseyaOne
    Then Rui is signed in
    And Rui has exactly one account

    Examples:
      | fault              |
      | out-rp-ok          |
      | out-rp-no-state    |
      | out-rp-other-state |
