Feature: Requiring KaseyaOne, with exceptions
  With "Require Login with KaseyaOne" on, local login is refused to everybody but the users
  named as exceptions, who may use either way.

  Background:
    Given automatic user creation is in effect
    And Mona may always sign in locally
    And Lee is an MSP user with a local password

  @S-35
  Scenario: An excepted user may sign in locally
    Given "Require Login with KaseyaOne" is on, except for Lee
    When Lee signs in locally
    Then Lee is signed in

  @S-35
  Scenario: An excepted user may also use KaseyaOne
    Given "Require Login with KaseyaOne" is on, except for Lee
    When Lee signs in with KaseyaOne
    Then Lee is signed in
    And Lee has exactly one account

  @S-35
  Scenario: Anyone else is sent to KaseyaOne
    Given "Require Login with KaseyaOne" is on
    When Lee tries to sign in locally
    Then Lee is not signed in
    And Lee is shown a reference and told nothing but:
      | Log in with KaseyaOne                                                                |
      | Signing in with a password is not available here.                                    |
      | Use Log in with KaseyaOne.                                                           |
      | If it does not help, give your administrator this reference. It leads to the reason. |
    And the record of the sign-in says:
      | authenticated using KaseyaOne | fail                |
      | cause                         | local not permitted |
    When Lee signs in with KaseyaOne
    Then Lee is signed in

  @S-35
  Scenario: The exceptions are kept while the requirement is off
    Given "Require Login with KaseyaOne" is on, except for Lee
    When Mona turns off "Require Login with KaseyaOne"
    And Mona turns on "Require Login with KaseyaOne"
    And Lee signs in locally
    Then Lee is signed in
