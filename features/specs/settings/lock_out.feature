Feature: The last administrator cannot be locked out
  Requiring KaseyaOne is refused while it would leave no MSP Admin who can still sign in.

  @S-36
  Scenario: The last administrator cannot be locked out
    Given KaseyaOne login was set up
    When Mona tries to turn on "Require Login with KaseyaOne"
    Then "Require Login with KaseyaOne" is off
    And Mona is told why: "MSP Admin"

  @S-36
  Scenario: Wrong passwords of strangers do not lock an administrator's own browser out
    Given Lee is an MSP Admin with a local password
    And Lee has signed in locally before
    When a stranger tries 10 wrong passwords with the address of Lee
    And Lee signs in locally
    Then Lee is signed in

  @S-36
  Scenario: Wrong passwords of strangers lock other browsers out for a quarter of an hour
    Given Lee is an MSP Admin with a local password
    When a stranger tries 10 wrong passwords with the address of Lee
    And Lee tries to sign in locally
    Then Lee is not signed in
    And the record of the sign-in says:
      | cause | local locked |
    When 16 minutes pass
    And Lee signs in locally
    Then Lee is signed in

  @S-36
  Scenario: With an administrator excepted, KaseyaOne can be required
    Given KaseyaOne login was set up
    And Mona may always sign in locally
    When Mona turns on "Require Login with KaseyaOne"
    Then "Require Login with KaseyaOne" is on
