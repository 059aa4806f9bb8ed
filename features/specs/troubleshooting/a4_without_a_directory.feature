Feature: No account is created: does the user exist in KaseyaOne, when there is no directory?
  A service may run without KaseyaOne's directory. Then it cannot know who exists there, and it
  says so instead of guessing.

  @S-66
  Scenario: Without a directory nobody can know whether the person exists
    Given no KaseyaOne directory is connected
    And automatic user creation is in effect
    And Dana was deleted from KaseyaOne
    And Dana typed the own user name on the sign-in page
    When Dana tries to sign in with KaseyaOne
    And Dana gives up and 11 minutes pass
    Then Dana has no account
    And the record of the sign-in says:
      | exists in KaseyaOne      | not knowable             |
      | completed authentication | fail                     |
      | first failing            | completed authentication |
