@fault
Feature: Whose account it is
  The key of an account is KaseyaOne's own name for the person in that company, byte for byte.

  Background:
    Given automatic user creation is in effect

  @S-11
  Scenario Outline: A subject that differs only by <fault> is another person
    Given Rui has signed in before
    And the fault "<fault>" strikes the sign-in of Rui
    When Rui tries to sign in with KaseyaOne
    Then the fault has struck
    And nobody's account has changed
    And Rui is not signed in
    When Rui uses a new browser
    And Rui signs in with KaseyaOne
    Then Rui has the same account as before

    Examples:
      | fault               |
      | id-sub-case         |
      | id-sub-space        |
      | id-sub-nfc          |
      | id-sub-cross-issuer |

  @S-11 @fault:id-issuer-repointed
  Scenario: An account of another issuer is not the account of this one
    Given Rui has signed in before
    And the fault "id-issuer-repointed" strikes the sign-in of Rui
    When Rui tries to sign in with KaseyaOne
    Then the fault has struck
    And nobody's account has changed
    And Rui is not signed in

  @S-11
  Scenario Outline: An address that is somebody else's opens nobody's account: <fault>
    Given Rui has signed in before
    And the fault "<fault>" strikes the sign-in of Dana
    When Dana tries to sign in with KaseyaOne
    Then the fault has struck
    And nobody's account has changed

    Examples:
      | fault                   |
      | id-email-match          |
      | id-email-reassigned     |
      | id-email-two-companies  |
      | id-user-recreated       |
