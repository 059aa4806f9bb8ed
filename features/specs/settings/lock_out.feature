Feature: The last administrator cannot be locked out
  Requiring KaseyaOne is refused while it would leave no MSP Admin who can still sign in.

  @S-36
  Scenario: The last administrator cannot be locked out
    Given KaseyaOne login was set up
    When Mona tries to turn on "Require Login with KaseyaOne"
    Then "Require Login with KaseyaOne" is off
    And Mona is told why: "MSP Admin"

  @S-36
  Scenario: With an administrator excepted, KaseyaOne can be required
    Given KaseyaOne login was set up
    And Mona may always sign in locally
    When Mona turns on "Require Login with KaseyaOne"
    Then "Require Login with KaseyaOne" is on
