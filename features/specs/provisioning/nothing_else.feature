Feature: Provisioning touches nothing but the account
  Creating an account writes the account, its identity link, its audit entries and its record.
  Everything else that is stored stays as it was.

  Background:
    Given automatic user creation is in effect

  @S-12
  Scenario: Provisioning touches nothing but the account
    Given the organization "Aurora Dental" exists
    And the access group "Night shift" exists
    And Rui has signed in before
    And Mona assigned Rui the organization "Aurora Dental"
    When Dana signs in with KaseyaOne
    Then Dana is signed in
    And Dana has exactly one account
    And nothing has changed but the account of Dana
    And nobody's account has changed

  @S-18
  Scenario Outline: The SOC <does its work> exactly as before
    Given the organization "Aurora Dental" exists
    When Dana signs in with KaseyaOne
    Then Dana is signed in
    And Dana has exactly one account
    And the SOC <does its work> exactly as before

    Examples:
      | does its work             |
      | evaluates alerts          |
      | investigates activity     |
      | performs response actions |
