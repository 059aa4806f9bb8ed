Feature: No account is created: is "Enable Automatic User Creation" on?
  Third item of the list. The person authenticated, but nobody is created; whoever already has
  an account is not affected.

  Background:
    Given automatic user creation is in effect
    And "Enable Automatic User Creation" is off

  @S-65
  Scenario: No account because automatic user creation is off
    When Dana tries to sign in with KaseyaOne
    Then Dana is not signed in
    And Dana has no account
    And the record of the sign-in says:
      | authenticated using KaseyaOne | pass                          |
      | KaseyaOne login is on         | pass                          |
      | automatic user creation is on | fail                          |
      | exists in KaseyaOne           | pass                          |
      | completed authentication      | pass                          |
      | first failing                 | automatic user creation is on |

  @S-65
  Scenario: Whoever was added by hand signs in all the same
    Given Mona added Dana as a user
    When Dana signs in with KaseyaOne
    Then Dana is signed in
    And Dana has exactly one account
    And the record of the sign-in says:
      | automatic user creation is on | fail      |
      | outcome                       | signed in |
