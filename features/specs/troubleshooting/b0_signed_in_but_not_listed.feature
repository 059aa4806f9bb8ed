Feature: An MSP user can log in but does not appear under Users
  One invariant is behind the article's second list: whoever is signed in has an account, and
  whoever has an account is under all users.

  Background:
    Given automatic user creation is in effect

  @S-72
  Scenario: Everyone who is signed in is listed under all users
    When Dana signs in with KaseyaOne
    And Rui signs in with KaseyaOne
    And Zoe signs in with KaseyaOne
    Then Dana is signed in
    And Rui is signed in
    And Zoe is signed in
    And the Users page lists Dana once
    And the Users page lists Rui once
    And the Users page lists Zoe once

  @S-72
  Scenario: Whoever is removed is not signed in any longer
    Given Rui is signed in with KaseyaOne
    When Mona removes Rui
    Then Rui is not signed in

  @S-80
  Scenario: Signing out and in again lists the user
    Given Dana signed in to another KaseyaOne product 60 minutes ago
    And Dana started to sign in with KaseyaOne and did not finish
    And Dana has no account so far
    When Dana signs out everywhere
    And Dana signs in with KaseyaOne
    Then Dana is signed in
    And the Users page lists Dana once
