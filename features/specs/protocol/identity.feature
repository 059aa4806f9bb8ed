@fault
Feature: Whose account it is
  An account is keyed by KaseyaOne's own name for the person in that company, byte for byte.

  Background:
    Given automatic user creation is in effect

  @S-11
  Scenario Outline: A subject that differs by <fault> does not open the account
    Given Rui has signed in before
    And the fault "<fault>" strikes the sign-in of Rui
    When Rui tries to sign in with KaseyaOne
    Then the fault has struck
    And Rui is not signed in
    And nobody's account has changed
    When Rui uses a new browser
    And Rui signs in with KaseyaOne
    Then Rui has the same account as before

    Examples:
      | fault               |
      | id-sub-case         |
      | id-sub-space        |
      | id-sub-nfc          |
      | id-email-reassigned |
      | id-user-recreated   |

  @S-11 @fault:id-sub-cross-issuer @fault:id-issuer-repointed
  Scenario: The same subject at another issuer does not open the account
    Given Rui has signed in before
    And the service was pointed to another KaseyaOne, where Rui has the same subject
    When Rui tries to sign in with KaseyaOne
    Then Rui is not signed in
    And nobody's account has changed
    And the record of the sign-in says:
      | other cause | email conflict |

  @S-11 @fault:id-email-match
  Scenario: An address that belongs to somebody's account opens nobody's account
    Given Rui has signed in before
    And the address of Dana in KaseyaOne is "rui@northwind.example"
    When Dana tries to sign in with KaseyaOne
    Then Dana is not signed in
    And nobody's account has changed
    And the record of the sign-in says:
      | other cause | email conflict |
