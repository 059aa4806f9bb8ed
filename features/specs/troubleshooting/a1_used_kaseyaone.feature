Feature: No account is created: the user authenticated using KaseyaOne?
  First item of the list: only a sign-in through KaseyaOne creates an account.

  @S-63
  Scenario: No account because the person signed in locally
    Given automatic user creation is in effect
    When Dana tries to sign in locally
    Then Dana is not signed in
    And Dana has no account
    And the record of the sign-in says:
      | authenticated using KaseyaOne | fail                          |
      | KaseyaOne login is on         | pass                          |
      | automatic user creation is on | pass                          |
      | first failing                 | authenticated using KaseyaOne |
      | outcome                       | refused                       |
